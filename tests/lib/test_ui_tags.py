"""Tags of `{% load ui %}`: words for times, unknown values, escaping."""

import datetime as dt
import re
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.template import engines
from django.test import override_settings
from django.utils import timezone

from tests.architecture.house import product_files

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
ROOT = Path(settings.BASE_DIR)


def render(source: str, **context: object) -> str:
    return engines["django"].from_string("{% load ui %}" + source).render(context)


def text_of(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"),
        (59, "just now"),
        (60, "1 min ago"),
        (3599, "59 min ago"),
        (3600, "1 h ago"),
        (86399, "23 h ago"),
        (86400, "1 day ago"),
        (29 * 86400, "29 days ago"),
        (30 * 86400, "24 Oct 2026"),
        (-5, "just now"),
        (-6, "in a moment"),
        (-120, "in 2 min"),
        (-2 * 86400, "in 2 days"),
    ],
)
@time_machine.travel(NOW, tick=False)
def test_ago_words(seconds: int, words: str) -> None:
    html = render("{% ago at %}", at=NOW - dt.timedelta(seconds=seconds))
    assert text_of(html) == words


@time_machine.travel(NOW, tick=False)
def test_ago_says_utc_in_the_tooltip_whatever_the_zone() -> None:
    with timezone.override("Asia/Tokyo"):
        html = render("{% ago at %}", at=NOW - dt.timedelta(hours=3))
    assert 'title="2026-11-23 09:00:00 UTC"' in html
    assert 'datetime="2026-11-23T09:00:00+00:00"' in html


def test_ago_without_a_time_says_never() -> None:
    assert render("{% ago at %}", at=None) == "never"
    assert render("{% ago at 'not checked yet' %}", at=None) == "not checked yet"


def test_moment_is_in_the_persons_zone() -> None:
    with timezone.override("Europe/Berlin"):
        html = render("{% moment at %}", at=NOW)
    assert text_of(html) == "23 Nov 2026, 13:00"
    assert "12:00:00 UTC" in html


def test_a_moment_near_midnight_takes_the_persons_day() -> None:
    late = dt.datetime(2026, 11, 23, 23, 30, tzinfo=dt.UTC)
    with timezone.override("Asia/Tokyo"):
        assert text_of(render("{% day at %}", at=late)) == "24 Nov 2026"
    assert text_of(render("{% day at %}", at=dt.date(2026, 3, 1))) == "1 Mar 2026"


@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_value_is_heard_as_unknown(value: object) -> None:
    html = render('<dl>{% row "Voice" value unit="min" %}</dl>', value=value)
    assert "unknown" in html
    assert "min" not in text_of(html)


@pytest.mark.parametrize("value", [0, False, 0.0])
def test_zero_is_a_value(value: object) -> None:
    html = render('{{ value|known }}{% row "Voice" value unit="min" %}', value=value)
    assert "unknown" not in html
    assert "min" in html


def test_badge_says_its_state_in_words_and_escapes_them() -> None:
    html = render("{% badge label tone='danger' %}", label="<b>Refused</b>")
    assert "&lt;b&gt;Refused&lt;/b&gt;" in html
    assert "tone-danger" in html
    assert "#alert-octagon" in html


def test_blocks_keep_markup_and_escape_values() -> None:
    html = render("{% card title %}<em>{{ body }}</em>{% endcard %}", title="<T>", body="<x>")
    assert "<em>&lt;x&gt;</em>" in html
    assert "&lt;T&gt;" in html
    assert render('{% row_of "State" %} {% badge "On" %} {% endrow_of %}').count("<span class=") == 1


def test_icon_is_silent_unless_labelled() -> None:
    assert 'aria-hidden="true"' in render("{% icon 'plug' %}")
    labelled = render("{% icon 'plug' label='Connected' %}")
    assert 'role="img" aria-label="Connected"' in labelled
    assert "aria-hidden" not in labelled


def test_error_notice_says_what_whose_words_and_what_next() -> None:
    html = render(
        "{% error_notice 'Refused.' words=words whose='Control Center' code='1' next_step='Ask them.' %}",
        words="<no>",
    )
    for part in ("Refused.", "&lt;no&gt;", "In the words of Control Center", "(code 1)", "Ask them."):
        assert part in html


@time_machine.travel(NOW, tick=False)
def test_stale_tells_last_good_data_from_fresh() -> None:
    at = NOW - dt.timedelta(minutes=7)
    fresh = text_of(render("{% stale at %}", at=at)).strip()
    old = text_of(render("{% stale at reason='It cannot be reached.' next_attempt=next %}", at=at, next=NOW))
    assert fresh == "Data from 7 min ago"
    assert old.startswith("Last good data from 7 min ago. It cannot be reached.")
    assert text_of(render("{% stale None %}")).strip() == "No data yet"


def test_sort_header_tells_its_direction() -> None:
    assert 'aria-sort="descending"' in render("{% sort_header 'Name' '?sort=-name' 'descending' %}")
    plain = render("{% sort_header 'Note' %}")
    assert "aria-sort" not in plain
    assert "<a" not in plain


def test_skeleton_is_a_link_without_scripts() -> None:
    html = render("{% skeleton '/usage/' 'Usage' %}")
    assert '<a href="/usage/">Usage</a>' in html
    assert 'hx-get="/usage/"' in html


def test_pager_leaves_out_what_is_not_there() -> None:
    html = render("{% pager None '?cursor=b' '1 to 50' 'list' %}")
    assert "Previous" not in html
    assert 'hx-get="?cursor=b" hx-target="#list"' in html


def test_json_editor_hands_problems_to_the_browser_escaped() -> None:
    from django import forms

    class Form(forms.Form):
        document = forms.CharField(label="Configuration")

    html = render(
        "{% json_editor field problems %}",
        field=Form(initial={"document": '{"a": "</textarea>"}'})["document"],
        problems=[{"line": 1, "column": 2, "severity": "error", "message": 'say "<b>"'}],
    )
    assert "&lt;/textarea&gt;" in html
    assert "Line 1, column 2" in html
    assert "<b>" not in html


def _icon_names() -> set[str]:
    return set((ROOT / "scripts/vendor/icons.txt").read_text().split())


def test_every_icon_named_in_a_template_is_in_the_sprite() -> None:
    pattern = re.compile(r"""{% icon "([^"]+)"|icon_name="([^"]+)\"""")
    for path in product_files(".html"):
        for first, second in pattern.findall(path.read_text()):
            assert (first or second) in _icon_names(), f"{path.relative_to(ROOT)}: {first or second}"


@pytest.mark.parametrize("name", ["400", "403", "404", "429", "500", "503", "csrf_failure"])
def test_error_pages_render_without_a_request(name: str) -> None:
    html = engines["django"].get_template(f"{name}.html").render()
    assert "<h1" in html
    assert 'href="/"' in html


@override_settings(STATIC_URL="/elsewhere/")
def test_sprite_follows_the_static_url() -> None:
    assert "/elsewhere/vendor/tabler-icons/" in render("{% icon 'plug' %}")
