"""People judge: who decided what about a validation report, and why."""
