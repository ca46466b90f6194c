"""Everything that is said of a shoot before anything is made of it, and its page."""
