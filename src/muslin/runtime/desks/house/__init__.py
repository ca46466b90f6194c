"""Desks of the studio itself: people, and what they see first."""
