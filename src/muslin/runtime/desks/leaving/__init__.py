"""Desks that release looks and draw with them."""
