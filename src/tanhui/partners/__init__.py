"""Floor 4: data partners, their riders and their file layouts."""
