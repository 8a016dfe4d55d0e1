"""What the pages of sandboxes have in common: a strict policy, one style, rows, forms of one button."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from markupsafe import Markup
from werkzeug.wrappers import Response

_STYLE = Path(__file__).parent / "page.css"
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEAD = Markup(
    '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<link rel="icon" href="data:,">\n<link rel="stylesheet" href="/_sandbox/style.css">'
)


def page(template: Path, **parts: object) -> Response:
    """A page from a template, whose `{head}` is filled in. Parts are escaped unless they are markup."""
    reply = Response(part(template, head=_HEAD, **parts), content_type="text/html; charset=utf-8")
    reply.headers["Content-Security-Policy"] = _POLICY
    # With none at all browsers send forms of the page from the origin "null", which the controls refuse.
    reply.headers["Referrer-Policy"] = "same-origin"
    reply.headers["Cache-Control"] = "no-store"
    return reply


def part(template: Path, **parts: object) -> Markup:
    """A template filled in, for a place in a page."""
    return Markup(template.read_text(encoding="utf-8")).format(**parts)  # noqa: S704


def style(*more: Path) -> Response:
    """The style of all sandboxes, and what one of them adds."""
    sheets = (path.read_text(encoding="utf-8") for path in (_STYLE, *more))
    return Response("".join(sheets), content_type="text/css; charset=utf-8")


def row(*cells: object) -> Markup:
    return Markup("<tr>{}</tr>").format(join(Markup("<td>{}</td>").format(cell) for cell in cells))


def empty_row(text: str, width: int) -> Markup:
    return Markup('<tr><td colspan="{}">{}</td></tr>').format(width, text)


def code(text: object) -> Markup:
    return Markup("<code>{}</code>").format(text)


def button(path: str, name: str, value: object, label: str) -> Markup:
    """A form of one button."""
    return Markup('<form method="post" action="{}"><button name="{}" value="{}">{}</button></form>').format(
        path, name, value, label
    )


def options(choices: Mapping[str, str], chosen: str = "") -> Markup:
    return join(
        Markup('<option value="{}"{}>{}</option>').format(value, Markup(" selected") if value == chosen else "", label)
        for value, label in choices.items()
    )


def join(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)


def moment(at: float | datetime) -> str:
    known = at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)
    return f"{known:%Y-%m-%d %H:%M:%S}"


def times_left(times: int | None) -> str:
    """Of a fault: how many calls it still hits."""
    if times == 0:
        return "holding a call"
    return "until cleared" if times is None else f"{times} more"


def setting(name: str, label: str, value: object, choices: Iterable[str] = ()) -> Markup:
    """The field of a setting: a list where there are choices or it is yes or no, else a number."""
    if isinstance(value, bool):
        choices, value = ("no", "yes"), "yes" if value else "no"
    if choices:
        entry = Markup('<select name="{}">{}</select>').format(name, options({each: each for each in choices}, value))
    else:
        entry = Markup('<input name="{}" value="{}" inputmode="decimal">').format(name, f"{value:.10g}")
    return Markup("<label>{}{}</label>").format(label, entry)
