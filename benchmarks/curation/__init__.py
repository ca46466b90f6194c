"""What curation finds, chooses and costs, measured on messy shoots."""
