"""Pixel arithmetic: open, orient, colour, masks, crop, metadata. Numpy in, numpy out."""
