"""The replay's own page: the recorded exchanges, how often each was given, and what was asked in vain."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from extensions.core.replay.recording import Recording

PATH = "/_sandbox/"
_PAGE = Markup(
    "<!doctype html><html lang=en><head><meta charset=utf-8>"
    "<meta name=viewport content='width=device-width,initial-scale=1'>"
    "<link rel=icon href=data:,><title>Replay of {name}</title><style>{style}</style></head><body><main>"
    "<h1>Replay of {name}</h1><p>Recorded by iotdash {version} in organization {organization}.</p>"
    "<h2>Asked, but not in the bundle</h2>{unknown}<h2>Recorded</h2>"
    "<div role=region aria-label='Recorded exchanges' tabindex=0><table><thead><tr><th>Number</th><th>When</th>"
    "<th>For</th><th>Request</th><th>Answer</th><th>Given</th></tr></thead><tbody>{rows}</tbody></table></div></main></body></html>"
)
_STYLE = Markup(
    ":root{color-scheme:light dark} body{font:1rem/1.5 system-ui,sans-serif;max-width:80rem;margin:2rem auto;"
    "padding:0 1rem} table{border-collapse:collapse;font-size:.875rem;width:100%} th,td{text-align:left;"
    "padding:.375rem .75rem .375rem 0;border-bottom:1px solid #8885;vertical-align:top}"
    "td:nth-child(4){min-width:20rem}"
    "li,td:nth-child(4){overflow-wrap:anywhere} td:nth-child(2){white-space:nowrap} [role=region]{overflow-x:auto}"
)
_ROW = Markup(
    "<tr><td>{number}</td><td>{at}</td><td>{purpose}</td><td>{method} {url}</td><td>{answer}</td><td>{given}</td></tr>"
)


def page(recording: Recording) -> str:
    about = recording.about
    unknown = Markup("").join(_asked(line, times) for line, times in Counter(recording.unknown).items())
    return _PAGE.format(
        style=_STYLE,
        name=about["extension"]["name"],
        version=about["product"]["version"],
        organization=about["organization"],
        unknown=Markup("<ul>{}</ul>").format(unknown) if unknown else Markup("<p>Nothing.</p>"),
        rows=Markup("").join(_row(exchange, recording) for exchange in recording.exchanges),
    )


def _asked(line: str, times: int) -> Markup:
    return Markup("<li>{}{}</li>").format(line, f" ({times} times)" if times > 1 else "")


def _row(exchange: Mapping[str, Any], recording: Recording) -> Markup:
    known = {name: exchange[name] for name in ("number", "at", "purpose", "method", "url")}
    given = recording.given.get(exchange["number"], 0)
    known["at"] = f"{known['at'][:19].replace('T', ' ')} UTC"
    return _ROW.format(**known, answer=exchange["status"] or exchange["error"], given=given)
