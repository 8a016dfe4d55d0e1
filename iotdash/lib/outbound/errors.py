"""What can go wrong on the way to an external address.

`maybe_sent` is the point of the hierarchy: after an error with `maybe_sent=True` a write may have happened at
the other side, its outcome is unknown, and it must not be repeated blindly.
"""


class OutboundError(Exception):
    """An outgoing call failed. `str(error)` is a sentence for people, without secrets."""

    maybe_sent = False


class AddressRefused(OutboundError):
    """The address is not one that this installation connects to. Nothing was sent."""


class ConnectFailed(OutboundError):
    """No connection came about: unknown name, refused, or timed out. Nothing was sent."""


class TlsFailed(OutboundError):
    """The TLS handshake failed, for instance an untrusted certificate. Nothing was sent."""


class AnswerLost(OutboundError):
    """The request may have reached the other side, but no whole answer came back."""

    maybe_sent = True


class AnswerTooLarge(OutboundError):
    """The answer is larger than we read. The request was received at the other side."""

    maybe_sent = True
