"""Filing a project: what an owner hands in, who looks at it, and what two persons decide."""
