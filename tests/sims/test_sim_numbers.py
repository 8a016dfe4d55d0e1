"""Subscriber numbers: whole for Analysts and above; a Reader neither sees them nor finds by them."""

import pytest

from extensions.sims import numbers
from extensions.sims.models import Sim
from iotdash.organizations.roles import Role
from tests.cast import MembershipFactory

IMSI, MSISDN, IMEI = "900170000007163", "882390001234567", "354912345678901"
LIST = "/abc123/sims/"
COLUMNS = "columns=subject,imsi,msisdn,imei"


@pytest.fixture
def sim(config) -> Sim:
    return Sim.objects.create(
        config=config, organization=config.organization, subject="0001", imsi=IMSI, msisdn=MSISDN, imei=IMEI
    )


@pytest.fixture
def pages(sim, target) -> list[str]:
    """Every page that shows a SIM's numbers."""
    return [f"{LIST}?{COLUMNS}", f"{LIST}{sim.pk}/", "/abc123/devices/pump/p1/extensions/meterco/"]


def test_a_reader_sees_their_ends(reader_client, pages):
    for page in pages:
        text = reader_client.get(page).content.decode()
        assert (IMSI in text, MSISDN in text) == (False, False), page
        assert "…7163" in text
        assert "…4567" in text
        assert IMEI in text


def test_analysts_and_above_see_them_whole(analyst_client, operator_client, pages):
    for client in (analyst_client, operator_client):
        for page in pages:
            text = client.get(page).content.decode()
            assert IMSI in text
            assert MSISDN in text


@pytest.mark.parametrize("text", [IMSI, IMSI[:3], IMSI[:14], MSISDN, MSISDN[:1], "7163", "4567"])
def test_a_readers_search_tells_nothing_of_them(reader_client, sim, text):
    there, gone = f"{LIST}?q={text}", f"{LIST}?q=99{text}"
    assert reader_client.get(there).context["rows"] == []
    assert "No SIM matches" in reader_client.get(there).content.decode()
    assert str(reader_client.get(there).context["count"]) == str(reader_client.get(gone).context["count"])


def test_a_reader_still_finds_by_identifier_and_imei(reader_client, analyst_client, sim):
    for text in ("0001", IMEI[:5]):
        assert len(reader_client.get(f"{LIST}?q={text}").context["rows"]) == 1
    for text in (IMSI[:5], MSISDN[:4]):
        assert len(analyst_client.get(f"{LIST}?q={text}").context["rows"]) == 1
    assert "Identifier, ICCID or IMEI begins with" in reader_client.get(LIST).content.decode()
    assert "Identifier, ICCID, IMSI, MSISDN or IMEI begins with" in analyst_client.get(LIST).content.decode()


def test_no_order_of_the_list_tells_of_them(reader_client, sim):
    for name in numbers.MASKED:
        assert reader_client.get(f"{LIST}?sort={name}").status_code == 400


def test_short_numbers_are_hidden_whole(sim, organization):
    reader = MembershipFactory(organization=organization, role=Role.READER)
    assert numbers.of_sim(Sim(imsi="12345678", msisdn=None), reader) == {"imsi": "…", "msisdn": None}
