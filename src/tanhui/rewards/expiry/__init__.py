"""Kind expiry: by months, first in first out, announced, paused on request, given instead."""
