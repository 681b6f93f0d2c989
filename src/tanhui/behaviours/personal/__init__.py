"""All that is kept on one person, in every room: told as a whole, and forgotten as a whole."""
