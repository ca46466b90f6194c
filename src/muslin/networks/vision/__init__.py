"""Networks that look at photos: where the garment is and what it is."""
