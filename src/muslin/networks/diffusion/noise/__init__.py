"""How latents turn into noise: one contract, diffusion and flow, read from a base's scheduler."""
