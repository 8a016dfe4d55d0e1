"""The furniture of every page: `{% load ui %}`. Usage with examples: `templates/README.md`.

What stands in every row of a list (icon, badge, time, value) is made here without a template, because a list
of fifty rows would otherwise render hundreds of them. Everything larger is a template in `components/`.
"""

import datetime as dt
import json
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from ._time_text import age_words, local_date, local_moment, utc_title

register = template.Library()

SPRITE = "vendor/tabler-icons/3.51.0/icons.svg"
TONE_ICONS = {
    "neutral": "circle-dashed",
    "info": "info-circle",
    "success": "circle-check",
    "warning": "alert-triangle",
    "danger": "alert-octagon",
}
MISSING = mark_safe(
    '<span class="missing" aria-hidden="true">&ndash;</span><span class="visually-hidden">unknown</span>'
)


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """An icon of the sprite; hidden from screen readers unless a label says what it means."""
    return _icon(static(SPRITE), name, css, label)


@lru_cache(maxsize=1024)
def _icon(sprite: str, name: str, css: str, label: str) -> SafeString:
    role = format_html(' role="img" aria-label="{}"', label) if label else mark_safe(' aria-hidden="true"')
    return format_html(
        '<svg class="icon {}"{} focusable="false"><use href="{}#{}"></use></svg>',
        css,
        role,
        sprite,
        name,
    )


@register.simple_tag
def badge(label: str, tone: str = "neutral", icon_name: str = "") -> SafeString:
    """A state in words with an icon; the colour only repeats what both say."""
    mark = icon(icon_name or TONE_ICONS.get(tone, "circle-dashed"))
    return format_html('<span class="badge-state tone-{}">{}<span>{}</span></span>', tone, mark, label)


@register.simple_tag
def dot(label: str, tone: str = "neutral") -> SafeString:
    """Health as a dot beside its word, for places too small for a badge."""
    return format_html('<span class="health tone-{}"><span class="health-dot"></span>{}</span>', tone, label)


@register.simple_tag
def ago(value: dt.datetime | None, never: str = "never") -> SafeString | str:
    """`3 min ago` as `<time>`, UTC in the tooltip; the page keeps it current."""
    if value is None:
        return never
    return _time(value, age_words(value, timezone.now()), mark_safe(" data-age"))


@register.simple_tag
def moment(value: dt.datetime | None, seconds: bool = False) -> SafeString:
    """`23 Nov 2026, 02:48` in the person's zone as `<time>`, UTC in the tooltip."""
    if value is None:
        return MISSING
    return _time(value, local_moment(value, seconds=seconds))


@register.simple_tag
def day(value: dt.date | dt.datetime | None) -> SafeString:
    """`23 Nov 2026` as `<time>`."""
    if value is None:
        return MISSING
    if isinstance(value, dt.datetime):
        return _time(value, local_date(value))
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), local_date(value))


def _time(value: dt.datetime, text: str, extra: str = "") -> SafeString:
    stamp = value.astimezone(dt.UTC).isoformat(timespec="seconds")
    return format_html('<time datetime="{}" title="{}"{}>{}</time>', stamp, utc_title(value), extra, text)


@register.filter
def known(value: Any) -> Any:
    """The value, or a dash that screen readers hear as "unknown". Zero and False are known."""
    return MISSING if value is None or value == "" else value


def _trimmed(content: SafeString) -> SafeString:
    # Already rendered by the template, which escaped what had to be; strip() alone would forget that.
    return mark_safe(content.strip())  # noqa: S308


@register.inclusion_tag("components/row.html")
def row(label: str, value: Any, unit: str = "", hint: str = "", copy: bool = False) -> dict:
    """One line of a `<dl class="rows">`; a missing value is shown as unknown, never as zero."""
    missing = value is None or value == ""
    return {"label": label, "value": value, "unit": unit, "hint": hint, "copy": copy, "missing": missing}


@register.simple_block_tag
def row_of(content: str, label: str, hint: str = "") -> str:
    """Like `row`, for a value that is markup: `{% row_of "State" %}{% badge … %}{% endrow_of %}`."""
    return render_to_string("components/row.html", {"label": label, "content": _trimmed(content), "hint": hint})


@register.simple_block_tag
def card(content: str, title: str = "", subtitle: str = "", icon_name: str = "", level: int = 2) -> str:
    """A card whose body is the block. With actions or a footer, write the section and use `card_header`."""
    context = {
        "content": content,
        "title": title,
        "subtitle": subtitle,
        "icon_name": icon_name,
        "level": level,
    }
    return render_to_string("components/card.html", context)


@register.simple_block_tag
def card_header(content: str, title: str, subtitle: str = "", icon_name: str = "", level: int = 2, pk: str = "") -> str:
    """The head of a card; the block holds its actions. `pk` becomes the heading's id."""
    context = {"title": title, "subtitle": subtitle, "icon_name": icon_name, "level": level, "id": pk}
    return render_to_string("components/card_header.html", {**context, "actions": _trimmed(content)})


@register.simple_block_tag
def empty(content: str, title: str, text: str = "", icon_name: str = "inbox", level: int = 2) -> str:
    """What a list says when it has nothing; the block holds the next step."""
    context = {
        "title": title,
        "text": text,
        "icon_name": icon_name,
        "level": level,
        "actions": _trimmed(content),
    }
    return render_to_string("components/empty.html", context)


@register.simple_block_tag
def notice(content: str, title: str = "", tone: str = "info", icon_name: str = "") -> str:
    """A boxed notice; danger and warning are announced at once."""
    mark = icon_name or TONE_ICONS.get(tone, "info-circle")
    context = {"content": content, "title": title, "tone": tone, "icon_name": mark}
    return render_to_string("components/notice.html", context)


@register.inclusion_tag("components/error_notice.html")
def error_notice(what: str, words: str = "", whose: str = "", code: str = "", next_step: str = "") -> dict:
    """What happened, in whose words, and what to do next."""
    return {"what": what, "words": words, "whose": whose, "code": code, "next_step": next_step}


@register.inclusion_tag("components/stale.html")
def stale(fetched_at: dt.datetime | None, reason: str = "", next_attempt: dt.datetime | None = None) -> dict:
    """Says that what is shown is the last good value, from when, and why there is nothing newer."""
    return {"fetched_at": fetched_at, "reason": reason, "next_attempt": next_attempt}


@register.inclusion_tag("components/skeleton.html")
def skeleton(url: str, label: str, lines: int = 4) -> dict:
    """The placeholder of a lazy part: a real link to the part's own page, replaced as soon as scripts run."""
    return {"url": url, "label": label, "lines": range(lines)}


@register.inclusion_tag("components/copy.html")
def copy(value: str, label: str = "") -> dict:
    """A value with a copy button; without scripts the text selects as a whole by one click."""
    return {"value": value, "label": label or "Copy"}


@register.inclusion_tag("components/pager.html")
def pager(previous_url: str | None, next_url: str | None, text: str = "", target: str = "") -> dict:
    """Previous and next of a cursor-paged list. `target` is the id of the part that htmx replaces."""
    return {"previous_url": previous_url, "next_url": next_url, "text": text, "target": target}


@register.inclusion_tag("components/sort_header.html")
def sort_header(label: str, url: str = "", direction: str = "", numeric: bool = False, target: str = "") -> dict:
    """A `<th>`; with a url it sorts. `direction` is "ascending", "descending" or empty."""
    return {"label": label, "url": url, "direction": direction, "numeric": numeric, "target": target}


@register.inclusion_tag("components/tabs.html")
def tabs(items: list, label: str) -> dict:
    """Tabs as links; items have `.label`, `.url`, `.active` and optionally `.count`."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/steps.html")
def steps(items: list, label: str = "Progress") -> dict:
    """How far an operation is; items have `.label`, `.state`, and optionally `.at`, `.by`, `.note`."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/confirm_typed.html")
def confirm_typed(expected: str, what: str, name: str = "confirm", error: str = "", number: bool = False) -> dict:
    """The form part that asks to type an id, or a number, before something is deleted."""
    return {"expected": expected, "what": what, "name": name, "error": error, "number": number}


@register.inclusion_tag("components/dialog_link.html")
def dialog_link(url: str, label: str, css: str = "btn", icon_name: str = "") -> dict:
    """A link that opens its page in the site's dialog, and is an ordinary link without scripts."""
    return {"url": url, "label": label, "css": css, "icon_name": icon_name}


@register.inclusion_tag("components/crumb.html")
def crumb(label: str, url: str = "") -> dict:
    """One step of the breadcrumbs block; without a url it is the current page."""
    return {"label": label, "url": url}


@register.inclusion_tag("components/json_editor.html")
def json_editor(field: Any, problems: list | None = None, rows: int = 12, check_url: str = "") -> dict:
    """A JSON text field that becomes an editor. `problems`: dicts with line, column (from 1), message, severity.

    `check_url` is asked while somebody types; it answers with `components/json_problems.html`.
    """
    problems = problems or []
    problems_json = json.dumps(problems)
    return {
        "field": field,
        "problems": problems,
        "problems_json": problems_json,
        "rows": rows,
        "check_url": check_url,
    }
