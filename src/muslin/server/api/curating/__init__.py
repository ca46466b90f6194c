"""Calls on what a dataset is made of: captions, datasets, rights."""
