"""Messages out: what is told to whom, by which way, in quiet hours never."""
