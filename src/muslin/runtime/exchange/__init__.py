"""Releases for other tools, and adapters that they made."""
