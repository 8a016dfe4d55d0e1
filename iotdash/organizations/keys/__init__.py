"""API keys: how programs sign in, with at most the rights of who made the key."""

from iotdash.organizations.keys.authentication import KeyActor, KeyRefused, Reason, authenticate

__all__ = ["KeyActor", "KeyRefused", "Reason", "authenticate"]
