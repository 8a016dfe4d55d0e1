"""Every model has its list; every list opens, searches, filters, and costs the same for few rows and many."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from iotdash.lib.admin import ReadOnlyAdmin, SupportAdmin
from tests.support.made_rows import SECRET_NAMES, make, shown_models

# What has no list, and why.
NOT_SHOWN = {
    "sessions.Session": "its key signs in as the person",
    "contenttypes.ContentType": "Django's own bookkeeping",
    "auth.Permission": "chosen inside a group",
    "account.EmailAddress": "stays empty: the address is the person's",
    "account.EmailConfirmation": "stays empty: nobody signs up",
}
MAY_CHANGE = {"accounts.User", "organizations.Organization", "organizations.Membership", "auth.Group"}
MAY_DELETE = {"organizations.Membership", "auth.Group"}
# Bookkeeping of the page itself (session, person, second factor, its recent actions) and of the list.
MOST_QUERIES = 12

MODELS = [pytest.param(model, id=model._meta.label) for model in shown_models()]


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def admin_of(model):
    return admin.site.get_model_admin(model)


def test_every_model_is_either_shown_or_left_out_for_a_reason():
    shown = {model._meta.label for model in shown_models()}
    assert {model._meta.label for model in apps.get_models()} == shown | set(NOT_SHOWN)
    assert {model._meta.label for model in admin.site._registry} == shown


@pytest.mark.parametrize("model", MODELS)
def test_it_builds_on_our_base_and_is_searched_and_filtered(model):
    ours = admin_of(model)
    assert isinstance(ours, SupportAdmin)
    assert ours.search_fields
    assert ours.list_filter or model._meta.label == "auth.Group"
    assert not ours.show_full_result_count


@pytest.mark.parametrize("model", MODELS)
def test_no_secret_is_a_column_a_field_or_searched(model, rf, support):
    request = rf.get("/admin/")
    request.user, request._may_support = support, True
    ours = admin_of(model)
    shown = {*ours.get_list_display(request), *flatten_fieldsets(ours.get_fieldsets(request, make(model)))}
    searched = {name.lstrip("^=") for name in ours.search_fields}
    assert [name for name in shown | searched if SECRET_NAMES.search(str(name))] == []


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_list_row_history_and_search_open(support_client, model):
    row = make(model)
    for page in (
        address(model, "changelist"),
        address(model, "changelist") + "?q=m0",
        address(model, "changelist") + "?q=abc123+x",
        address(model, "change", row.pk),
        address(model, "history", row.pk),
    ):
        assert support_client.get(page).status_code == 200, page


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_what_would_break_the_truth_cannot_be_edited(support_client, model):
    row, label = make(model), model._meta.label
    assert isinstance(admin_of(model), ReadOnlyAdmin) != (label in MAY_CHANGE)
    posted = support_client.post(address(model, "change", row.pk), {})
    assert (posted.status_code == 403) != (label in MAY_CHANGE)
    add = {"accounts.User", "organizations.Membership", "auth.Group"}
    assert (support_client.get(address(model, "add")).status_code == 200) == (label in add)
    deleted = support_client.post(address(model, "delete", row.pk), {"post": "yes"})
    assert (deleted.status_code == 403) != (label in MAY_DELETE)
    assert model._default_manager.filter(pk=row.pk).exists() != (label in MAY_DELETE)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("query", ["", "?q=m0"])
def test_a_list_costs_the_same_queries_for_any_number_of_rows(support_client, model, query):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert support_client.get(address(model, "changelist") + query).status_code == 200
        return len(captured)

    make(model)
    queries()
    few = queries()
    for _ in range(8):
        make(model)
    assert queries() == few
    assert few <= MOST_QUERIES


def test_hidden_columns_cannot_be_guessed_by_lookups(support_client):
    for path in (
        "accounts/user/?password__startswith=p",
        "devices/device/?token_digest__startswith=a",
        "extensions/extensionconfig/?secrets__contains=k1",
        "sims/sim/?imsi__startswith=9",
        "sims/sim/?config__secrets__startswith=k1",
        "mfa/authenticator/?data__icontains=x",
        "organizations/membership/?user__password__startswith=p",
    ):
        assert support_client.get(f"/admin/{path}").status_code == 400, path


def test_filters_and_links_are_allowed(support_client):
    for path in (
        "devices/device/?organization__id__exact=1",
        "sims/sim/?config__id__exact=1&device__isempty=1",
        "extensions/operation/?config__id__exact=1&subject=8901&state__exact=failed",
        "audit/activityentry/?actor=a@example.com&organization=abc123",
        "extensions/operation/?config__slug=x",
    ):
        assert support_client.get(f"/admin/{path}").status_code == 200, path


def test_a_list_counts_to_ten_thousand_and_says_so(support_client, monkeypatch):
    from iotdash.lib.admin import paging

    monkeypatch.setattr(paging, "COUNT_LIMIT", 3)
    device = make(apps.get_model("devices.Device"))
    for number in range(4):
        make(type(device), organization=device.organization, device_type=device.device_type, device_id=f"d-{number}")
    page = support_client.get("/admin/devices/device/").content.decode()
    assert "3+ devices" in page
