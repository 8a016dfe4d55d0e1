"""Secrets and whole numbers are planted in every row; then every page of the admin that a link leads to is read."""

import re
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.test import Client

from extensions.core.models import ConnectionCheck, ExtensionConfig
from iotdash.accounts.models import User
from iotdash.lib import crypto
from tests.support.made_rows import NUMBER, SECRET, make, shown_models

LINK = re.compile(r'(?:href|action)="([^"#]*)')
# Shape of our ciphertexts, of Fernet tokens, and of keyed digests.
NEVER = re.compile(rf"{SECRET}|k1:[0-9a-f]{{8}}:|gAAAA|\b[0-9a-f]{{64}}\b|{NUMBER}\d{{6}}|pbkdf2|argon2|md5\$")


@pytest.fixture
def planted(support) -> None:
    for model in shown_models():
        row = make(model)
        LogEntry.objects.create(
            user=support,
            content_type=ContentType.objects.get_for_model(model),
            object_id=str(row.pk),
            object_repr=str(row),
            action_flag=CHANGE,
        )
    ExtensionConfig.objects.update(secrets=crypto.encrypt(SECRET))
    ConnectionCheck.objects.update(draft=crypto.encrypt(SECRET))


def pages_from(client: Client, start: str) -> dict[str, str]:
    """Every page that links lead to; of a list with a filter one page, or each list would have thousands."""
    found, seen, waiting = {}, set(), [start]
    while waiting:
        path = waiting.pop()
        kind = re.sub(r"=[^&]*", "", path)
        if kind in seen or not path.startswith("/admin/") or path.count("=") > 1 or "/logout/" in path:
            continue
        seen.add(kind)
        answer = client.get(path)
        assert answer.status_code in (200, 302, 403), path
        found[path] = answer.content.decode() if answer.status_code == 200 else ""
        waiting += [urljoin(path, unescape(link)) for link in LINK.findall(found[path])]
    return found


def leaks(pages: dict[str, str]) -> list[str]:
    return [f"{path}: {match[0]}" for path, text in pages.items() if (match := NEVER.search(text))]


@pytest.mark.long
@pytest.mark.slow
def test_no_page_shows_a_secret(support_client, planted):
    pages = pages_from(support_client, "/admin/")
    kinds = {re.sub(r"/\d+/", "/1/", urlsplit(path).path) for path in pages}
    assert len(kinds) > 50
    assert "/admin/extensions/extensionconfig/1/change/" in kinds
    assert leaks(pages) == []


@pytest.mark.slow
def test_pages_without_a_link_show_none_either(support_client, planted):
    pages = {}
    for model in shown_models():
        place = f"/admin/{model._meta.app_label}/{model._meta.model_name}"
        for row in model._default_manager.all():
            for page in ("delete", "history", "change"):
                pages[f"{place}/{row.pk}/{page}/"] = support_client.get(f"{place}/{row.pk}/{page}/").content.decode()
        pages[f"{place}/add/"] = support_client.get(f"{place}/add/").content.decode()
    assert leaks(pages) == []


@pytest.mark.parametrize("text", [SECRET, NUMBER, "k1:", "example.com", "m0"])
def test_the_search_shows_none(support_client, planted, text):
    page = support_client.get("/admin/search/", {"q": text}).content.decode()
    # What was typed stands in the box and in the sentence.
    assert leaks({"search": page.replace(f"“{text}”", "").replace(f'value="{text}"', "")}) == []


def test_planted_secrets_are_where_they_should_be(planted):
    assert Authenticator.objects.filter(data__secret__startswith=SECRET).exists()
    assert User.objects.filter(password__startswith=SECRET).exists()
    assert Session.objects.exists() is False


def test_the_end_of_a_number_is_shown(support_client, db):
    from extensions.sims.models import Sim

    sim = make(Sim, imsi="900170000007163")
    page = support_client.get(f"/admin/sims/sim/{sim.pk}/change/").content.decode()
    assert "…7163" in page
