"""The ways out: WeChat subscribe messages, text messages, mail, and those that only pretend."""
