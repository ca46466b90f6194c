"""Desks that prove, judge and learn from what failed."""
