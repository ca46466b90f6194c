"""What curation takes of disk, database and networks."""
