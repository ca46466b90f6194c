"""A sample shoot, a profile and a script, to try Muslin with."""
