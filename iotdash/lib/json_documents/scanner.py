"""A JSON reader that remembers where everything stands and says in words what is wrong.

Reads RFC 8259 strictly. Lines end with LF, CRLF or CR; columns count characters from 1.
"""

import bisect
import json
import math
import re
from typing import Any, NoReturn

Path = tuple[str | int, ...]

MAX_DEPTH = 32
_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_WORD = re.compile(r"[\w+.\-']+")
# PostgreSQL stores neither NUL nor half of a surrogate pair.
_STORABLE = re.compile(r"[^\x00\ud800-\udfff]*")
_LINE_END = re.compile(r"\r\n|\r|\n")
_CONSTANTS = {"true": True, "false": False, "null": None}
_MEANT = {"True": "true", "False": "false", "None": "null", "NULL": "null", "undefined": "null"}
# Longer integers stall int() and are nobody's setting. PostgreSQL writes 1e308 with all of its digits.
_MAX_DIGITS = 310


class SyntaxProblem(Exception):
    """Reading ended at `offset` (characters from the start)."""

    def __init__(self, offset: int, message: str, expected: str = "") -> None:
        super().__init__(message)
        self.offset, self.message, self.expected = offset, message, expected


class Lines:
    """Turns offsets into (line, column)."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def place(self, offset: int) -> tuple[int, int]:
        line = bisect.bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


class Scanner:
    """Reads one text. `values` and `keys`: path -> offset; `repeated`: (path, offset) of duplicate keys."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.values: dict[Path, int] = {}
        self.keys: dict[Path, int] = {}
        self.repeated: list[tuple[Path, int]] = []

    def read(self) -> Any:
        """The value of the whole text. Raises SyntaxProblem."""
        self._skip_space()
        if self._at == len(self._text):
            self._fail("there is nothing here.", "a JSON object, for example {}")
        value = self._value(())
        self._skip_space()
        if self._at < len(self._text):
            self._fail(f"{self._seen()} comes after the end of the document.", "nothing more")
        return value

    def _value(self, path: Path) -> Any:
        self.values[path] = self._at
        if len(path) > MAX_DEPTH:
            self._fail(f"this is nested more than {MAX_DEPTH} levels deep.", "fewer levels")
        here = self._peek()
        if here == "{":
            return self._object(path)
        if here == "[":
            return self._array(path)
        return self._string("a value") if here in ('"', "'") else self._scalar()

    def _object(self, path: Path) -> dict[str, Any]:
        members: dict[str, Any] = {}
        opened = self._at
        self._at += 1
        self._skip_space()
        while self._peek() != "}":
            self._key_and_value(path, members)
            self._next("}", opened, '"}"')
        self._at += 1
        return members

    def _key_and_value(self, path: Path, members: dict[str, Any]) -> None:
        start = self._at
        key = self._key()
        where = (*path, key)
        if key in members:
            self.repeated.append((where, start))
        self.keys[where] = start
        self._skip_space()
        if self._peek() != ":":
            self._fail(f'a colon is missing after "{key}".', '":"')
        self._at += 1
        self._skip_space()
        members[key] = self._value(where)

    def _key(self) -> str:
        if self._peek() in ('"', "'"):
            return self._string("a key")
        word = _WORD.match(self._text, self._at)
        if word:
            self._fail(f"the key {word.group()} needs double quotes.", f'"{word.group()}"')
        return self._fail_at_value("a key in double quotes")

    def _array(self, path: Path) -> list[Any]:
        items: list[Any] = []
        opened = self._at
        self._at += 1
        self._skip_space()
        while self._peek() != "]":
            items.append(self._value((*path, len(items))))
            self._next("]", opened, '"]"')
        self._at += 1
        return items

    def _next(self, end: str, opened: int, name: str) -> None:
        """Go past the comma to the next member, or stay at the end bracket."""
        self._skip_space()
        here = self._peek()
        if here == end:
            return
        if here == "":
            bracket = self._text[opened]
            self._fail(f'the document ends, but "{bracket}" is still open.', f'"," or {name}')
        if here != ",":
            self._fail(f"a comma is missing before {self._seen()}.", f'"," or {name}')
        comma = self._at
        self._at += 1
        self._skip_space()
        if self._peek() == end:
            self._at = comma
            self._fail(f'this comma is too many: nothing follows before "{end}".', name)

    def _string(self, what: str) -> str:
        match = _STRING.match(self._text, self._at)
        if not match:
            self._fail_in_string(what)
        text = json.loads(match.group())
        if not _STORABLE.fullmatch(text):
            self._fail(f"{what} holds a character that cannot be stored.", "other characters")
        self._at = match.end()
        return text

    def _fail_in_string(self, what: str) -> NoReturn:
        if self._peek() == "'":
            self._fail(f"{what} stands in single quotes.", "double quotes")
        inside = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*').match(self._text, self._at)
        stopped = inside.end()
        if self._text[stopped : stopped + 1] == "\\":
            self._at = stopped
            self._fail("this backslash does not begin an escape.", r"\\ for a backslash")
        if self._text[stopped : stopped + 1] not in ("", "\r", "\n"):
            self._at = stopped
            self._fail("a control character stands in a text.", r"an escape such as \t")
        self._fail("this text is not closed on its line.", 'a closing "')

    def _scalar(self) -> Any:
        word = _WORD.match(self._text, self._at)
        if not word:
            self._fail_at_value("a value")
        text = word.group()
        number = _NUMBER.fullmatch(text)
        if text not in _CONSTANTS and not (number and len(text) <= _MAX_DIGITS):
            self._fail_at_word(text)
        value = _CONSTANTS[text] if text in _CONSTANTS else json.loads(text)
        if value in (math.inf, -math.inf):
            self._fail(f"{_short(text)} is too large.", "a smaller number")
        self._at = word.end()
        return value

    def _fail_at_word(self, text: str) -> NoReturn:
        if text in _MEANT:
            self._fail(f"{text} is not a JSON value.", _MEANT[text])
        if text.lstrip("+-").lower() in ("nan", "infinity", "inf"):
            self._fail(f"{text} is not a number in JSON.", "a number, or null")
        if re.fullmatch(r"[+-]?[\d.]+(?:[eE][+-]?\d*)?", text, re.ASCII):
            self._fail(f"{_short(text)} is not written as JSON writes numbers.", "digits such as 12 or 0.5")
        self._fail(f"{_short(text)} needs double quotes if it is text.", f'"{_short(text)}"')

    def _fail_at_value(self, expected: str) -> NoReturn:
        if self._at >= len(self._text):
            self._fail(f"the document ends where {expected} should be.", expected)
        self._fail(f"{self._seen()} stands where {expected} should be.", expected)

    def _seen(self) -> str:
        """What stands here, short enough for a sentence."""
        match = _STRING.match(self._text, self._at) or _WORD.match(self._text, self._at)
        return _short(match.group()) if match else f'"{self._peek()}"'

    def _fail(self, message: str, expected: str) -> NoReturn:
        raise SyntaxProblem(self._at, message, expected)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip_space(self) -> None:
        self._at = _SPACE.match(self._text, self._at).end()


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}…"
