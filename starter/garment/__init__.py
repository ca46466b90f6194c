"""What the garment network learns from."""
