"""What a message to people says: plain text with placeholders, an organization's own or the product's, and its HTML.

There is no template engine: each placeholder is replaced once, by text, and what comes in is not looked at again. The
lines that keep a message honest are always added.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from iotdash.organizations.models import Organization

SUBJECT_LENGTH, BODY_LENGTH, NAME_LENGTH = 200, 5000, 80
_LINK = "{link}"
# The second is for endings: nobody types it.
_LINKS = ("link", "own_link")
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
# What ends a line, turns a text around so that it reads as another, or is in no text at all.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_ADDRESS = re.compile(r"://|www\.", re.IGNORECASE)


@dataclass(frozen=True)
class Wording:
    """`subject` is one line; `body` is plain text whose paragraphs are parted by empty lines."""

    subject: str
    body: str


@dataclass(frozen=True)
class Letter:
    """A kind of message. `placeholders`: what each stands for, in the words of the page where the text is edited.

    `needed` are those that the body must have, with what it would be without; `ending` is always added to it. Those of
    `only_in_body` are too long for a subject. `singular` is used in sentences: "an invitation".
    """

    kind: str
    singular: str
    original: Wording
    ending: str
    placeholders: Mapping[str, str]
    needed: Mapping[str, str]
    only_in_body: Mapping[str, str]


@dataclass(frozen=True)
class Rendered:
    """A message in both forms; `fragment` is the HTML without a document around it."""

    subject: str
    text: str
    fragment: SafeString

    @property
    def html(self) -> str:
        """A whole document, with nothing to load."""
        return format_html(
            '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{}</title></head>\n'
            "<body>\n{}\n</body>\n</html>\n",
            self.subject,
            self.fragment,
        )


def render(letter: Letter, wording: Wording, values: Mapping[str, str]) -> Rendered:
    """`values` has a text for each placeholder."""
    body = f"{wording.body.strip()}\n\n{letter.ending}"
    subject = " ".join(_filled(wording.subject, values).split())
    parts = [*_paragraphs(wording.body), *_paragraphs(letter.ending)]
    rows = ((_html_of(part, values),) for part in parts)
    return Rendered(subject, _filled(body, values) + "\n", format_html_join("\n", "<p>{}</p>", rows))


def check_subject(letter: Letter, text: str) -> str:
    """The subject as it will be kept. Raises ValidationError."""
    subject = text.strip()
    if _CONTROL.search(subject):
        raise ValidationError("The subject is a single line.")
    for name, sentence in letter.only_in_body.items():
        if f"{{{name}}}" in subject:
            raise ValidationError(sentence)
    _check(letter, subject, SUBJECT_LENGTH)
    return subject


def check_body(letter: Letter, text: str) -> str:
    """The text as it will be kept. Raises ValidationError."""
    body = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if _CONTROL.search(body.replace("\n", "")):
        raise ValidationError("The text holds a control character. Type it anew instead of pasting it.")
    _check(letter, body, BODY_LENGTH)
    for name, without in letter.needed.items():
        if f"{{{name}}}" not in body:
            raise ValidationError(f"The text must contain {{{name}}}: {without}")
    return body


def holds_address(text: str) -> bool:
    """Whether a mail program would take a part of it for a link."""
    return bool(_ADDRESS.search(text))


def in_one_line(text: str) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def presentable(name: str) -> str:
    """A name as one line of at most 80 characters; "" if it holds an address of the web, which would become a link."""
    line = in_one_line(name)
    return "" if holds_address(line) else line[:NAME_LENGTH].rstrip()


def named(organization: Organization) -> str:
    """By its id if its name does not go into mail."""
    return presentable(organization.name) or f"organization {organization.public_id}"


def _check(letter: Letter, text: str, longest: int) -> None:
    if not text:
        raise ValidationError("This field is required.")
    if len(text) > longest:
        raise ValidationError(f"At most {longest} characters; these are {len(text)}.")
    if found := _ADDRESS.search(text):
        raise ValidationError(f"“{found[0]}” is not allowed: {_LINK} is the only address in {letter.singular}.")
    unknown = next((name for name in _PLACEHOLDER.findall(text) if name not in letter.placeholders), None)
    if unknown is not None:
        raise ValidationError(f"There is no placeholder {{{unknown}}}.")
    if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
        raise ValidationError("A brace stands alone. Braces are for placeholders only, like {organization}.")


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _paragraphs(text: str) -> list[str]:
    return [part for part in re.split(r"\n\s*\n", text.strip()) if part]


def _html_of(paragraph: str, values: Mapping[str, str]) -> SafeString:
    shown = {name: _anchor(value) if name in _LINKS else escape(value) for name, value in values.items()}
    return mark_safe(_filled(escape(paragraph), shown).replace("\n", "<br>\n"))  # noqa: S308 - every part is escaped


def _anchor(address: str) -> SafeString:
    # Services that rewrite links look for this word, and only before the address.
    return format_html('<a clicktracking=off href="{}">{}</a>', address, address)
