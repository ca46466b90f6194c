"""Nouns of what has to hold before a picture leaves."""
