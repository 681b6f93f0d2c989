"""What a proposed rule would have changed, computed on the deeds of days that have passed."""
