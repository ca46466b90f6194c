"""Every neural network, behind a protocol."""
