"""What an invitation says: plain text with placeholders, an organization's own or the product's, and its HTML.

There is no template engine: each placeholder is replaced once, by text, and what comes in is not looked at again. The
lines that keep an invitation honest (until when the link works, what to do if it was not expected) are always added.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

KIND = "invitation"
SUBJECT_LENGTH, BODY_LENGTH = 200, 5000
# What each placeholder stands for, in the words of the page where the text is edited.
PLACEHOLDERS = {
    "organization": "name of the organization",
    "organization_id": "its ID of six characters",
    "inviter": "name and email address of the member who invites",
    "role": "role that the invited person will have",
    "membership": "a sentence: whether and when the membership ends",
    "expires": "when the link stops working, in UTC",
    "link": "the link",
}
_LINK = "{link}"
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
# What ends a line, turns a text around so that it reads as another, or is in no text at all.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_ADDRESS = re.compile(r"://|www\.", re.IGNORECASE)


@dataclass(frozen=True)
class Wording:
    """`subject` is one line; `body` is plain text whose paragraphs are parted by empty lines."""

    subject: str
    body: str


ORIGINAL = Wording(
    "Invitation to {organization}",
    """Hello,

{inviter} invites you to join {organization} as {role}. {membership}

To accept, open this link:

{link}""",
)
ENDING = """The link works once, until {expires}.

If you did not expect this message, ignore it: nothing happens unless you open the link and accept.

Organization: {organization} ({organization_id})"""


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


def render(wording: Wording, values: Mapping[str, str]) -> Rendered:
    """`values` has a text for each placeholder."""
    body = f"{wording.body.strip()}\n\n{ENDING}"
    subject = " ".join(_filled(wording.subject, values).split())
    parts = [*_paragraphs(wording.body), *_paragraphs(ENDING)]
    rows = ((_html_of(part, values),) for part in parts)
    return Rendered(subject, _filled(body, values) + "\n", format_html_join("\n", "<p>{}</p>", rows))


def check_subject(text: str) -> str:
    """The subject as it will be kept. Raises ValidationError."""
    subject = text.strip()
    if _CONTROL.search(subject):
        raise ValidationError("The subject is a single line.")
    if _LINK in subject:
        raise ValidationError("The link belongs into the text, not into the subject.")
    _check(subject, SUBJECT_LENGTH)
    return subject


def check_body(text: str) -> str:
    """The text as it will be kept. Raises ValidationError."""
    body = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if _CONTROL.search(body.replace("\n", "")):
        raise ValidationError("The text holds a control character. Type it anew instead of pasting it.")
    _check(body, BODY_LENGTH)
    if _LINK not in body:
        raise ValidationError("The text must contain {link}: without it nobody could accept.")
    return body


def holds_address(text: str) -> bool:
    """Whether a mail program would take a part of it for a link."""
    return bool(_ADDRESS.search(text))


def _check(text: str, longest: int) -> None:
    if not text:
        raise ValidationError("This field is required.")
    if len(text) > longest:
        raise ValidationError(f"At most {longest} characters; these are {len(text)}.")
    if found := _ADDRESS.search(text):
        raise ValidationError(f"“{found[0]}” is not allowed: {_LINK} is the only address in an invitation.")
    unknown = next((name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS), None)
    if unknown is not None:
        raise ValidationError(f"There is no placeholder {{{unknown}}}.")
    if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
        raise ValidationError("A brace stands alone. Braces are for placeholders only, like {organization}.")


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _paragraphs(text: str) -> list[str]:
    return [part for part in re.split(r"\n\s*\n", text.strip()) if part]


def _html_of(paragraph: str, values: Mapping[str, str]) -> SafeString:
    # Services that rewrite links look for this word, and only before the address.
    anchor = format_html('<a clicktracking=off href="{}">{}</a>', values["link"], values["link"])
    shown = {name: escape(value) for name, value in values.items()} | {"link": anchor}
    return mark_safe(_filled(escape(paragraph), shown).replace("\n", "<br>\n"))  # noqa: S308 - every part is escaped
