import copy

import pytest
from django.conf import settings as original
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import path
from django_htmx.middleware import HtmxDetails

from iotdash.lib import htmx

urlpatterns = [path("devices/<int:pk>/", HttpResponse, name="device")]
TEMPLATES = {
    "page.html": "<main>{% include 'part.html' %}{% include 'other.html' %}</main>",
    "part.html": "<p>{{ word }}</p>",
    "other.html": "<i>{{ word }}</i>",
}
PAGE, PART, OTHER = "<main><p>hi</p><i>hi</i></main>", "<p>hi</p>", "<i>hi</i>"


@pytest.fixture(autouse=True)
def templates(settings):
    engine = copy.deepcopy(original.TEMPLATES[0])
    loader = ("django.template.loaders.locmem.Loader", TEMPLATES)
    engine.update(DIRS=[], APP_DIRS=False, OPTIONS={"loaders": [loader]})
    settings.TEMPLATES = [engine]


def request(method="get", **headers):
    made = getattr(RequestFactory(), method)("/", headers=headers)
    made.htmx = HtmxDetails(made)
    return made


def text(response):
    return response.content.decode()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, PAGE),
        ({"HX-Request": "true"}, PART),
        ({"HX-Request": "true", "HX-Boosted": "true"}, PAGE),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, PAGE),
    ],
)
def test_a_fragment_for_htmx_and_the_page_for_everything_else(headers, expected):
    response = htmx.render(request(**headers), "page.html", {"word": "hi"}, part="part.html")
    assert text(response) == expected
    assert response.status_code == 200


@pytest.mark.parametrize(("target", "expected"), [("a", PART), ("b", OTHER), ("c", PAGE), ("", PAGE)])
def test_of_several_parts_the_target_chooses(target, expected):
    headers = {"HX-Request": "true", "HX-Target": target}
    parts = {"a": "part.html", "b": "other.html"}
    assert text(htmx.render(request(**headers), "page.html", {"word": "hi"}, part=parts)) == expected


def test_a_page_without_parts_is_the_page():
    assert text(htmx.render(request(**{"HX-Request": "true"}), "page.html", {"word": "hi"})) == PAGE


def test_caches_are_told_what_the_answer_depends_on():
    vary = htmx.render(request(), "page.html", {"word": "hi"}, part="part.html")["Vary"]
    assert "HX-Request" in vary
    assert "HX-Target" in vary


@pytest.mark.parametrize(("headers", "expected"), [({}, PAGE), ({"HX-Request": "true"}, PART)])
def test_an_invalid_form_comes_back_with_422(headers, expected):
    response = htmx.invalid(request("post", **headers), "page.html", {"word": "hi"}, part="part.html")
    assert response.status_code == 422
    assert text(response) == expected


@pytest.mark.urls(__name__)
def test_a_redirect_is_right_for_forms_and_for_htmx():
    plain = htmx.redirect(request("post"), "device", pk=3)
    assert (plain.status_code, plain["Location"]) == (302, "/devices/3/")
    boosted = htmx.redirect(request("post", **{"HX-Request": "true", "HX-Boosted": "true"}), "/devices/3/")
    assert (boosted.status_code, boosted["Location"]) == (302, "/devices/3/")
    fragment = htmx.redirect(request("post", **{"HX-Request": "true"}), "device", pk=3)
    assert (fragment.status_code, fragment["HX-Redirect"]) == (200, "/devices/3/")
    swapped = htmx.redirect(request("post", **{"HX-Request": "true"}), "device", pk=3, swap=True)
    assert "/devices/3/" in swapped["HX-Location"]
