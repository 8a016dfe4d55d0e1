"""What of a service's wire is harmless: the allow-list by which diagnostics are redacted before they are stored."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Wire:
    """Names of the wire and what becomes of their values in diagnostics. Whatever is not named here is replaced.

    A name is that of a JSON key, an XML element or attribute without its prefix, a form field, a query parameter, a
    setting or an operation's parameter, in any case. A segment of a path goes by the name of the segment before it.

    `kept`: the value stays as it is. `named`: the name stays, the value is replaced. `prose`: sentences of the service;
    the words stay that are in core's vocabulary or in `words`, and what fully matches the pattern `code`.
    `paths`: segments of paths that are words of the service. `headers`: HTTP headers, beyond the common ones, whose
    value stays. `namespaces`: XML namespaces beyond those of SOAP.
    `varying`: names whose values differ from call to call without meaning another question, such as a message's id;
    a replay does not compare them, and gives the new one back where the answer repeats it.
    `unrecorded`: gets the content type of a request and a sentence, and gives status, content type and body of an
    answer by which the service refuses just that request, so that a replay can say what it does not have without
    seeming to be away or another service.
    """

    kept: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    prose: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    code: str = ""
    paths: frozenset[str] = frozenset()
    headers: frozenset[str] = frozenset()
    namespaces: frozenset[str] = frozenset()
    varying: frozenset[str] = frozenset()
    unrecorded: Callable[[str, str], tuple[int, str, str]] | None = None
