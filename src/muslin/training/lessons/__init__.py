"""What a run learns from, photo by photo, and which photos each step takes."""
