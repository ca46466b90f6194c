"""One file per noun; each command parses, calls the studio once and prints."""
