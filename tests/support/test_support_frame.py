"""The frame of the support pages: whose session, which clock, what is wrong with the keys, and what comes first."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from extensions.core.models import Exchange, Operation
from tests.support.made_rows import make

MADE_AT = datetime(2026, 7, 1, 21, 30, 45, tzinfo=UTC)


def words(client: Client, path: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", client.get(path).content.decode()))


def test_it_speaks_as_the_other_pages_do(support, support_client):
    told = words(support_client, "/admin/")
    assert support.email in told
    assert "Sign out" in told
    assert "Log out" not in told


def test_times_are_those_of_the_persons_zone_to_the_second(support, support_client):
    support.time_zone = "Asia/Tokyo"
    support.save(update_fields=["time_zone"])
    Exchange.objects.filter(pk=make(Exchange).pk).update(at=MADE_AT)
    told = words(support_client, "/admin/extensions/exchange/")
    assert "Times in Asia/Tokyo" in told
    assert "2 Jul 2026, 06:30:45" in told


def test_what_is_searched_for_comes_first(support_client):
    told = words(support_client, "/admin/")
    places = [told.index(f" {name} ") for name in ("People", "Organizations", "Extensions", "SIMs", "Runtime", "Audit")]
    assert places[:4] == sorted(places[:4])
    assert max(places[:4]) < min(places[4:])


def test_every_filter_of_exchanges_has_a_name(support_client):
    make(Exchange)
    page = support_client.get("/admin/extensions/exchange/").content.decode()
    assert "No connection" in page
    assert re.findall(r"<a [^>]*>\s*</a>", page) == []


@pytest.mark.parametrize(("error", "listed"), [("ConnectFailed", 1), ("TlsFailed", 0)])
def test_exchanges_are_filtered_by_why_no_answer_came(support_client, error, listed):
    Exchange.objects.filter(pk=make(Exchange).pk).update(error="ConnectFailed")
    page = support_client.get(f"/admin/extensions/exchange/?error={error}")
    assert page.context["cl"].result_count == listed


def test_an_operation_of_no_sim_is_named_as_one_of_the_account(db):
    assert (
        str(Operation(operation_id="rateplans", subject="", state="confirmed")) == "rateplans of the account: confirmed"
    )


def test_the_profile_says_whether_two_step_sign_in_is_on(support_client, owner_client):
    assert "It is on:" in words(support_client, "/profile/")
    assert "It is off." in words(owner_client, "/profile/")


def test_support_staff_of_no_organization_are_led_to_their_pages(support_client):
    assert "You are support staff" in words(support_client, "/")
