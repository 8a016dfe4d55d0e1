"""One search over people, organizations, devices, SIMs and operations; by indexes, whatever there is."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from devices.models import Device, DeviceIdentifier
from extensions.core.models import ExtensionConfig, Operation
from extensions.sims.models import Sim
from iotdash.accounts.models import User
from iotdash.organizations.models import Organization
from tests.cast import UserFactory, sign_in_with_code, with_app
from tests.support.made_rows import make

# Tables that grow with devices and with what is asked of services.
LARGE = ("accounts_user", "devices_device", "devices_deviceidentifier", "sims_sim", "extensions_operation")
READS = re.compile(r'FROM "(\w+)"')


@pytest.fixture
def things(organization):
    config = make(ExtensionConfig, organization=organization, name="Harbour SIMs")
    device = make(Device, organization=organization, device_id="pump-17", serial_number="HA55501")
    sim = make(Sim, organization=organization, config=config, subject="8901260852290847163", imsi="310260000000001")
    DeviceIdentifier.objects.create(
        organization=organization, device=device, key="carrier.iccid", value="8901260852290847163"
    )
    operation = make(Operation, organization=organization, config=config, subject=sim.subject)
    return {"device": device, "sim": sim, "operation": operation, "config": config}


def groups(client, text: str) -> dict[str, list[str]]:
    """Plural of each group → names found."""
    found = client.get("/admin/search/", {"q": text}).context["groups"]
    return {group.plural: [name for name, _, _ in group.results] for group in found}


def test_the_beginning_of_an_iccid_finds_the_sim_and_the_device(support_client, things):
    found = groups(support_client, "890126085")
    assert found == {
        "device identifiers": ["carrier.iccid 8901260852290847163"],
        "SIMs": ["8901260852290847163"],
    }


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("owner@ex", "people"),
        ("abc1", "organizations"),
        ("harbour", "organizations"),
        ("pump-", "devices"),
        ("HA555", "devices"),
        ("310260000000001", "SIMs"),
    ],
)
def test_each_thing_is_found_by_what_it_is_known_by(support_client, owner, things, text, title):
    assert title in groups(support_client, text)


def test_an_operation_is_found_by_its_whole_id(support_client, things):
    operation = things["operation"]
    assert groups(support_client, str(operation.public_id)) == {"operations": [str(operation)]}
    assert groups(support_client, operation.public_id.hex) == {"operations": [str(operation)]}


def test_an_email_address_is_found_however_it_is_written(support_client, owner):
    assert groups(support_client, "Owner@Example.com") == {"people": ["Owner"]}


def test_a_number_is_not_found_digit_by_digit(support_client, things):
    assert groups(support_client, "31026000000000") == {}


def test_the_id_of_an_organization_narrows(support_client, things, other_organization):
    theirs = make(Device, organization=other_organization, device_id="pump-99")
    assert groups(support_client, "pump-")["devices"] == ["pump-17", "pump-99"]
    assert groups(support_client, "xyz789 pump-")["devices"] == [str(theirs)]


def test_wildcards_are_ordinary_characters(support_client, things):
    assert groups(support_client, "pump%") == {}
    assert groups(support_client, "pump_1") == {}
    assert groups(support_client, "8901%") == {}


def test_ten_are_shown_and_the_list_has_the_rest(support_client, organization):
    device = make(Device, organization=organization, device_id="d-0")
    for number in range(1, 12):
        make(Device, organization=organization, device_type=device.device_type, device_id=f"d-{number}")
    page = support_client.get("/admin/search/", {"q": "d-"})
    assert len(page.context["groups"][0].results) == 10
    assert "/admin/devices/device/?q=d-" in page.content.decode()
    assert "12 devices" in support_client.get("/admin/devices/device/?q=d-").content.decode()


def test_results_lead_to_the_rows_own_page(support_client, things):
    page = support_client.get("/admin/search/", {"q": "pump-17"}).content.decode()
    assert f"/admin/devices/device/{things['device'].pk}/change/" in page


def test_the_page_says_what_it_searched(support_client, db):
    page = support_client.get("/admin/search/").content.decode()
    assert "Devices: beginning of device ID, serial number; whole organization ID" in page
    assert "SIMs: beginning of identifier; whole IMSI, MSISDN, IMEI, organization ID" in page


def test_nothing_found_is_said(support_client, db):
    assert "Nothing is found for “zzz”" in support_client.get("/admin/search/?q=zzz").content.decode()


def test_every_page_has_it_in_its_header(support_client, owner):
    for path in ("/admin/", "/admin/accounts/user/", f"/admin/accounts/user/{owner.pk}/change/"):
        assert 'action="/admin/search/"' in support_client.get(path).content.decode()


def test_a_null_character_is_no_error(support_client, things):
    assert support_client.get("/admin/search/", {"q": "\x00"}).status_code == 200
    assert support_client.get("/admin/devices/device/", {"q": "\x00"}).status_code == 200


def test_only_what_somebody_may_see_is_searched(db, things):
    person = UserFactory(email="devices-only@example.com", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_device"))
    client = sign_in_with_code(person, with_app(person))
    page = client.get("/admin/search/", {"q": "p"})
    assert [group.plural for group in page.context["groups"]] == ["devices"]
    assert [name for name, _ in page.context["searched"]] == ["Devices"]


@pytest.mark.parametrize("text", ["8901260852290847163", "pump", "owner", "abc123 pump-1", "no such thing"])
def test_no_table_that_grows_is_read_whole(support_client, owner, things, text):
    for sql in searching(support_client, f"/admin/search/?q={text}"):
        assert whole_reads(sql) == [], sql


def test_the_search_costs_one_query_per_list(support_client, owner, things):
    support_client.get("/admin/search/?q=zzz")
    assert len(searching(support_client, "/admin/search/?q=zzz")) <= 20


def searching(client, path: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return [each["sql"] for each in captured if each["sql"].startswith("SELECT")]


def whole_reads(sql: str) -> list[str]:
    """Large tables that a statement reads from end to end, when the planner is told to prefer an index."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("EXPLAIN " + sql)
            plan = [row[0] for row in cursor.fetchall()]
            return [line for line in plan if "Seq Scan on" in line and any(f"on {table}" in line for table in LARGE)]
        cursor.execute("EXPLAIN QUERY PLAN " + sql)
        return [row[3] for row in cursor.fetchall() if row[3].startswith("SCAN") and row[3].split()[1] in LARGE]


def test_the_check_for_whole_reads_finds_one(things):
    if connection.vendor == "sqlite":
        assert whole_reads('SELECT * FROM "sims_sim" WHERE "sims_sim"."rate_plan" LIKE \'%x%\'')


@pytest.mark.parametrize("model", [User, Organization, Device, DeviceIdentifier, Sim, Operation])
def test_what_the_brief_search_covers(model):
    from django.contrib import admin

    assert admin.site.get_model_admin(model).searched_everywhere
