"""Weights on this machine: what ships, what is fetched, and under which terms they may be used."""
