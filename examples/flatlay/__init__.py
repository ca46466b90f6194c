"""A small photo studio in numbers: garments laid flat on linen beside a window."""
