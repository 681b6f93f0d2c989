"""What a new methodology starts from: one commented file for each path."""
