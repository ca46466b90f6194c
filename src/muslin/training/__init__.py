"""A profile and a frozen dataset become checkpoints: plan, prepare, loop, save, resume."""
