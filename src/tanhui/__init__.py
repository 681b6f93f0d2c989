"""Tanhui 碳惠: an open platform on which a city runs its carbon-inclusion mechanism."""

__version__ = "0.1.0"
