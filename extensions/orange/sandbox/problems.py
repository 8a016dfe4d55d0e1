"""Why the service refuses something: its codes (specification 11.6), its words, and typed errors."""

from __future__ import annotations

from collections.abc import Mapping

NOT_PROVED = "REQ.AUTHENTICATION_FAILURE"
NOT_ALLOWED = "REQ.AUTORISATION_FAILURE"
UNKNOWN_USER = "MLM_UNKNOWN_USER"
THROTTLED = "REQ.REJECTED_BY_SLM_MONITOR"
QUOTA_SPENT = "MLM_QUOTA_EXCEEDED"
TOO_MANY_LINES = "MLM_TOO_MANY_LINE_IDS"
RANGE_SIZE = "INVALID_RANGE_SIZE"
RANGE_START = "INVALID_RANGE_START"
AGAINST_SCHEMA = "REQ.SCHEMA_VALIDATION_ERROR"
NO_SERVICE = "REQ.SERVICE_NOT_FOUND"
BROKEN = "MLM_DEFAULT_ERROR_CODE"

# Code -> what it says; some of it in French, as the service does.
MESSAGES: Mapping[str, str] = {
    NOT_PROVED: "Authentication failure",
    NOT_ALLOWED: "Autorisation failure",
    UNKNOWN_USER: "L'utilisateur est inconnu.",
    "MLM_SOAP_HEADER_ERROR": "L'en-tête SOAP est incorrect.",
    THROTTLED: "Rejected by SLM monitor",
    QUOTA_SPENT: "Le quota mensuel d'appels est dépassé.",
    TOO_MANY_LINES: "Le nombre maximal d'identifiants de lignes est dépassé.",
    RANGE_SIZE: "La taille de la plage doit être comprise entre 1 et 100.",
    RANGE_START: "Le début de la plage doit être positif ou nul.",
    AGAINST_SCHEMA: "Schema validation error",
    NO_SERVICE: "Service not found",
    BROKEN: "Une erreur technique est survenue.",
    "CANNOT_CONNECT_TO_DATABASE": "Connexion à la base de données impossible.",
    "IOSW.UNKNOWN_ERROR": "Unknown error",
}
MALIMA = "MalimaError"
TOO_MANY = "TooManyLineIdentifiersError"
INVALID_PARAMETER = "InvalidParameterError"
UNKNOWN_TICKET = "UnknownTicketError"
ALREADY_RETRIEVED = "ResultAlreadyRetrievedError"


class MalimaFault(Exception):
    """A refusal. `kind` is the element of its detail, `values` what stands in it; `code` is what the log shows."""

    def __init__(self, kind: str, values: Mapping[str, object], code: str, words: str) -> None:
        super().__init__(f"{code}: {words}")
        self.kind = kind
        self.values = values
        self.code = code
        self.words = words


def refusal(code: str, more: str = "") -> MalimaFault:
    """A MalimaError with one of the codes."""
    words = MESSAGES.get(code, code) + (f": {more}" if more else "")
    return MalimaFault(MALIMA, {"code": code, "message": words}, code, words)


def typed(kind: str, words: str, **values: object) -> MalimaFault:
    return MalimaFault(kind, values, kind, words)
