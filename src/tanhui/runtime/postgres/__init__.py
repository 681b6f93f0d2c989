"""The embedded PostgreSQL: started when first needed, shared by programs, stopped by the last."""

from tanhui.runtime.postgres.server import Server, using

__all__ = ["Server", "using"]
