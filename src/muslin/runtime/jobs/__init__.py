"""Work that outlives the process that asked for it: a queue in the database, one child per job."""
