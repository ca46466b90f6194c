"""The nouns of curation: captions and rights."""
