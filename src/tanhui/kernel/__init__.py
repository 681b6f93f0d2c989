"""Floor 0: quantities, refusals, references, periods, actors. Pure; imports nothing of Tanhui."""
