"""The SMTP side of the sandbox."""

from .server import serving

__all__ = ["serving"]
