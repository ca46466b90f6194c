"""Adapters and merged weights in the forms that other tools read, and adapters that they wrote."""
