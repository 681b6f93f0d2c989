"""Who may be paid for which reduction: a person's time and days, claimed once."""
