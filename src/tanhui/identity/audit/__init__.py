"""The audit chain and the public log together: the lowest room that may know both."""
