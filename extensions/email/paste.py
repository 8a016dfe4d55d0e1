"""The credentials of a bound SendGrid service, in every wrapping in which people have them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from extensions.core.contract import Paste, Pasted, PasteRefused
from extensions.email import addresses
from extensions.email.schema import SENDGRID_USERNAME
from extensions.email.settings import SENDGRID_DOMAIN

LONGEST = 200_000
_DEEPEST, _LONGEST_NAME = 5, 80
_NOT_JSON = "This is not JSON. Paste the whole of it, from the first { to the last }."
_TOO_LONG = "This is too long to be credentials."
_NO_CREDENTIALS = "There are no credentials in this: no object with username and password."
_MISSING = "The credentials have no {names}."
_NOT_SENDGRID = "None of these services has a host name under sendgrid.net. Paste the credentials of the one you mean."


class _Found(NamedTuple):
    """`credentials` and what the service is called; `alone`: they were all that was pasted."""

    name: str
    credentials: Mapping[str, Any]
    alone: bool


def read(text: str) -> Sequence[Pasted]:
    """For `Paste.read`: one object, its bare credentials, or an environment with services by label."""
    found = list(_services(_document(text), "", alone=True, depth=0))
    if not found:
        raise PasteRefused(_NO_CREDENTIALS)
    if not found[0].alone:
        found = [each for each in found if _of_sendgrid(each)]
        if not found:
            raise PasteRefused(_NOT_SENDGRID)
    return _with_distinct_names([Pasted(each.name, _settings(each.credentials)) for each in found])


def _document(text: str) -> Any:
    if len(text) > LONGEST:
        raise PasteRefused(_TOO_LONG)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        # The reason of the parser quotes the text.
        raise PasteRefused(_NOT_JSON) from None


def _services(document: Any, label: str, *, alone: bool, depth: int) -> Iterator[_Found]:
    if isinstance(document, list):
        for entry in document:
            yield from _services(entry, label, alone=False, depth=depth + 1)
    if not isinstance(document, dict) or depth > _DEEPEST:
        return
    credentials = document.get("credentials", document)
    if isinstance(credentials, dict) and _looks_right(credentials, document):
        yield _Found((_text(document, "name") or label or "Credentials")[:_LONGEST_NAME], credentials, alone)
        return
    for name, inside in document.items():
        yield from _services(inside, name, alone=False, depth=depth + 1)


def _looks_right(credentials: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
    return credentials is not document or bool({"username", "password"} & credentials.keys())


def _of_sendgrid(found: _Found) -> bool:
    return addresses.is_under(_text(found.credentials, "hostname"), SENDGRID_DOMAIN)


def _settings(credentials: Mapping[str, Any]) -> dict[str, str]:
    missing = [name for name in ("username", "password") if not _text(credentials, name)]
    if missing:
        raise PasteRefused(_MISSING.format(names=" and no ".join(missing)))
    known = {"host": "hostname", "username": "username", "password": "password"}
    return {ours: _text(credentials, theirs) for ours, theirs in known.items() if _text(credentials, theirs)}


def _text(source: Mapping[str, Any], name: str) -> str:
    value = source.get(name)
    return value.strip() if isinstance(value, str) else ""


def _with_distinct_names(found: Sequence[Pasted]) -> Sequence[Pasted]:
    """A person chooses by name, so services of one name are numbered."""
    names = [pasted.name for pasted in found]
    if len(set(names)) == len(names):
        return found
    return [Pasted(f"{pasted.name} ({number})", pasted.settings) for number, pasted in enumerate(found, 1)]


PASTE = Paste(
    label="Paste credentials",
    hint="The JSON of a bound SendGrid service, with or without what is around it. It fills in the fields below.",
    read=read,
    variant=SENDGRID_USERNAME,
)
