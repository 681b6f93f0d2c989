"""Codes sent to phones: how often, how long they are good, how often one may try."""
