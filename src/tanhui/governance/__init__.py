"""Floor 2: who may do what, and the audit rows of what was done."""
