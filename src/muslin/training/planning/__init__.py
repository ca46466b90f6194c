"""What a run will take: steps, time, memory, energy and money, from a few seconds of measuring."""
