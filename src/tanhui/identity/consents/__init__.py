"""What a person has agreed to: purposes as content, and the events of giving and withdrawing."""
