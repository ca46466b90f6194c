"""Networks that draw: one noise process, one sampler and one kind of adapter for every family."""
