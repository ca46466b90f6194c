"""Calls on what must hold before a picture leaves: reviewing, gates, failures, proposals."""
