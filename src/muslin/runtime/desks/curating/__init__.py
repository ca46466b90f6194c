"""Desks that make datasets of photos."""
