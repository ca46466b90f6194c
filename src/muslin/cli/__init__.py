"""The command line: parse words, call one verb, print. `muslin --help` loads nothing heavy."""
