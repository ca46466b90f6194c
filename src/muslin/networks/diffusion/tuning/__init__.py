"""How a network is tuned: low rank, its variants, or every weight; from a start to a file and back.

`begin` puts what learns into a network, `apply` puts a finished checkpoint into one.
"""
