from pathlib import Path
from xml.etree import ElementTree

from extensions.att.manifest import MANIFEST
from extensions.jasper.manifest import MANIFEST as JASPER

FOLDER = Path(__file__).parents[1]
SETTINGS = {"username": "fleet-reader", "access_key": "key", "domain_id": "restapi19.att.com"}


def test_its_device_key_is_that_of_the_original_platform():
    assert (MANIFEST.slug, MANIFEST.device_key, MANIFEST.subject_field) == ("att", "atnt", "iccid")


def test_it_can_all_that_control_center_can():
    assert MANIFEST.capability == "sims"
    assert MANIFEST.provider.supports == JASPER.provider.supports
    assert MANIFEST.lane.per_second == 5


def test_rest_follows_from_its_host():
    assert MANIFEST.endpoint(SETTINGS) == "https://restapi19.att.com/rws/api/v1"
    assert MANIFEST.settings_problems(SETTINGS) == ()
    assert MANIFEST.settings_schema["properties"]["domain_id"]["x-placeholder"] == "restapi19.att.com"


def test_soap_has_no_host_of_its_own():
    assert "domain_id" in MANIFEST.settings_schema["required"]
    soap = SETTINGS | {"protocol": "soap", "domain_id": "soap.carrier.example", "password": "word"}
    assert MANIFEST.endpoint(soap) == "https://soap.carrier.example/ws/service"


def test_no_iccid_is_refused_for_its_first_digits():
    for iccid in ("8901170200000000012", "8901410200000000018", "8988200000000000014"):
        assert MANIFEST.device_problems({"iccid": iccid}) == ()


def test_the_folder_is_small():
    lines = [line for path in FOLDER.glob("*.py") for line in path.read_text().splitlines()]
    assert len(lines) <= 60


def test_the_guide_and_the_icon_are_there():
    assert (FOLDER / "guide.md").read_text().startswith("# AT&T\n")
    icon = ElementTree.parse(FOLDER / "icon.svg").getroot()  # noqa: S314 - our own file
    assert icon.attrib["viewBox"] == "0 0 48 48"
