"""What is on file about gates, people's judgements, probes and proposals."""
