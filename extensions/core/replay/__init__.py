"""Answering from a diagnostics bundle as the service did: generic, for every provider that speaks HTTP."""

from extensions.core.replay.recording import BundleError, Recording, read_bundle
from extensions.core.replay.server import serve

__all__ = ["BundleError", "Recording", "read_bundle", "serve"]
