"""A run's curves: TensorBoard files always, other trackers where the settings ask for them."""
