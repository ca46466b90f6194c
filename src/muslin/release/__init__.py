"""What may leave the house: the gate, releases, and the aliases that point to them."""
