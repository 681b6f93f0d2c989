"""Sessions of browsers and programs, and the devices that persons log in with."""
