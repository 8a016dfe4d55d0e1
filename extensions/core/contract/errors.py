"""The closed set of ways in which a call to an external service can fail.

Each carries a sentence for the user, the provider's own code and words, and says whether trying again can help.
"""

from datetime import datetime

from iotdash.lib.texts import storable


class ProviderError(Exception):
    """Base of the set; never raised itself.

    `sentence` says what happened and what to do next. `code` and `words` are the provider's own, empty if it gave none.
    `may_have_happened` is True when a write may have been performed although no answer came.
    """

    title = "The call failed"
    retry_helps = False
    status = 503

    def __init__(self, sentence: str, *, code: str = "", words: str = "", may_have_happened: bool = False) -> None:
        super().__init__(sentence)
        # A provider's words must not keep its failure from being written down.
        self.sentence, self.code, self.words = map(storable, (sentence, code, words))
        self.may_have_happened = may_have_happened

    @property
    def name(self) -> str:
        return type(self).__name__


class CannotConnect(ProviderError):
    """Name not found, refused, TLS failed, no answer, or the wrong host altogether."""

    title = "Cannot connect"
    retry_helps = True


class AuthRejected(ProviderError):
    """The provider does not accept the credentials. Pauses the configuration until they are entered again."""

    title = "Credentials refused"


class PermissionDenied(ProviderError):
    """The credentials are good but their user may not do this."""

    title = "No permission"
    status = 403


class NotFound(ProviderError):
    """The provider does not know the subject, or it is not in this account."""

    title = "Not in this account"
    status = 404


class Refused(ProviderError):
    """The provider understood the request and will not do it. `words` says why.

    `later`: it said that it may do just this another time, as with a mailbox that is full. Nothing is said of others.
    """

    title = "Refused"
    status = 409

    def __init__(self, sentence: str, *, later: bool = False, **known) -> None:
        super().__init__(sentence, **known)
        self.later = later


class NoData(ProviderError):
    """There is nothing to show, for instance no usage in that cycle. Not a failure."""

    title = "No data"
    status = 200


class Throttled(ProviderError):
    """Too many calls on this account. `retry_after` in seconds, None if the provider did not say."""

    title = "Throttled"
    retry_helps = True

    def __init__(self, sentence: str, *, retry_after: float | None = None, **known) -> None:
        super().__init__(sentence, **known)
        self.retry_after = retry_after


class QuotaSpent(ProviderError):
    """The account's allowance of calls is used up until a moment."""

    title = "Quota spent"

    def __init__(self, sentence: str, *, until: datetime, **known) -> None:
        super().__init__(sentence, **known)
        self.until = until


class BadResponse(ProviderError):
    """An answer that makes no sense, or the provider's own fault."""

    title = "Unusable answer"
    retry_helps = True
