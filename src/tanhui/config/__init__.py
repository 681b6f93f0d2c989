"""Floor 13: settings, routes and the WSGI application."""
