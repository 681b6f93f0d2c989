"""The second factor of members of staff: six digits of a device, after the phone code."""
