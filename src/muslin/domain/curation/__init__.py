"""The words of curation: what is said of photos, and of a set of them."""
