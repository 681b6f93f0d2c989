"""Monitoring periods: what an owner reports of them, and what the bureau decides."""
