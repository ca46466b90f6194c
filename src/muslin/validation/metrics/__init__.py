"""One metric per file: how it is measured, in which unit, and where its limit comes from."""
