"""What the product claims, measured: one file per claim, `python -m benchmarks.NAME`."""
