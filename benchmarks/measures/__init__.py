"""What several benchmarks measure, each apart from the claim that it serves."""
