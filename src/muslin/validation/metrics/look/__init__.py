"""Metrics of a brand's look: light, recognition among decoys, consistency of a series."""
