"""Diagnostics of a configuration: the bundle for support, made of rows that hold nothing secret."""

from extensions.core.diagnostics.bundle import bundle, filename

__all__ = ["bundle", "filename"]
