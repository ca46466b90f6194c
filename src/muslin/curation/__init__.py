"""A shoot becomes a frozen dataset version."""
