"""Who may use a photo for what, who said so, and whether that still holds."""
