"""What the sandbox's pages have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from markupsafe import Markup
from werkzeug.wrappers import Response

HERE = Path(__file__).parent
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def page(template: str, **parts: object) -> Response:
    """A page from a template of this folder. Parts are escaped unless they are markup."""
    body = _template(template).format(head=_template("head.html"), **parts)
    reply = Response(body, content_type="text/html; charset=utf-8")
    reply.headers["Content-Security-Policy"] = _POLICY
    reply.headers["Referrer-Policy"] = "no-referrer"
    reply.headers["Cache-Control"] = "no-store"
    return reply


def style() -> Response:
    return Response((HERE / "page.css").read_text(encoding="utf-8"), content_type="text/css; charset=utf-8")


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


def moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}"


def _template(name: str) -> Markup:
    return Markup((HERE / name).read_text(encoding="utf-8"))  # noqa: S704
