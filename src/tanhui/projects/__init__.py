"""Projects: from a call to a verified monitoring period. docs/projects.md."""
