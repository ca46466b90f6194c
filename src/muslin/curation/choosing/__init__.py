"""The parts of `curation.select`: what a photo is worth, the best set, and the words for it."""
