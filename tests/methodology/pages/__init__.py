"""What pages show, prepared from the real content."""
