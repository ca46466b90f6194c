"""What holds of photos together: what they cover, what they share, what would raise their worth."""
