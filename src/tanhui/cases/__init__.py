"""Floor 5: one engine of cases: steps, who may take them, clocks that run out."""
