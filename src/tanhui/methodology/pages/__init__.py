"""What pages show of methodologies and factors: plain data, prepared from the documents alone."""
