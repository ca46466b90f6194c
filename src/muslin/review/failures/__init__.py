"""Every failure is a case; cases gather in groups; groups say which photos to bring."""
