"""What the benchmarks of training are made of."""
