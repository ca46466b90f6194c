"""Metrics of the garment itself, beside a reference: colour, fabric, outline, print."""
