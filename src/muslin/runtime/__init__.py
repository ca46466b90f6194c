"""All that touches disk, database or processes: settings, storage, blobs, jobs, and the studio."""
