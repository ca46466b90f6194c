"""Fashion operations: what is done with a released look."""
