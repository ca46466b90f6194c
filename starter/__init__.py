"""How the starter weights were made: data recipe, training scripts, model cards."""
