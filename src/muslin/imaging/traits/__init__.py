"""What a photo's pixels say of how it was taken and kept: grain, blocks, tilt, light, clutter."""
