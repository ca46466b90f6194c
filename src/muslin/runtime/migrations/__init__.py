"""How the tables came to be, one file per step; forward only, made when the studio opens."""

NEWEST = "0006"
"""The last file in `versions/`; revisions are four digits, so that newer ones sort higher."""
