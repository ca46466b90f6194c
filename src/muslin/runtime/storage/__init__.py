"""SQL, and the only place of it: domain values in, domain values out, one file per noun."""
