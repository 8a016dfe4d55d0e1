from pathlib import Path
from xml.etree import ElementTree

from extensions.jasper.manifest import MANIFEST

FOLDER = Path(__file__).parents[1]
SETTINGS = {"username": "fleet-reader", "access_key": "key", "domain_id": "restapi3.jasper.com"}


def test_it_is_a_sim_carrier_identified_by_iccid():
    assert (MANIFEST.slug, MANIFEST.device_key, MANIFEST.subject_field) == ("jasper", "jasper", "iccid")
    assert MANIFEST.capability == "sims"
    assert MANIFEST.provider.supports == {"inventory", "terminal", "status", "usage", "sms", "replies", "rateplan"}


def test_an_account_is_called_as_often_as_control_center_allows():
    assert MANIFEST.lane.per_second == 5


def test_the_endpoint_is_shown_from_the_host():
    assert MANIFEST.endpoint(SETTINGS) == "https://restapi3.jasper.com/rws/api/v1"
    assert MANIFEST.settings_problems(SETTINGS) == ()


def test_a_mangled_iccid_is_refused_and_a_mistyped_one_warned_about():
    assert MANIFEST.device_problems({"iccid": "8.98820E+18"})
    assert MANIFEST.warnings({"iccid": "8988200000000000015"})
    assert not MANIFEST.device_problems({"iccid": "8988200000000000015"})


def test_the_guide_and_the_icon_are_there():
    assert (FOLDER / "guide.md").read_text().startswith("# Jasper\n")
    icon = ElementTree.parse(FOLDER / "icon.svg").getroot()  # noqa: S314 - our own file
    assert icon.attrib["viewBox"] == "0 0 48 48"
    assert not any(part.tag.endswith("script") or "style" in part.attrib for part in icon.iter())
