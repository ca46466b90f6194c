"""A checkpoint is proved: fixed probes, measured against the brand and beside the base."""
