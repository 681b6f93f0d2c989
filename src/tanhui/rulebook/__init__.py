"""Floor 6: which version of which rule was published when, by whom, from which day."""
