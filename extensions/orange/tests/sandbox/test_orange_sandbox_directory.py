"""getConnectivityDirectory: identifiers, flags, what a reply holds (specification 11.1 to 11.4)."""

import pytest
from orange_sandbox_client import IDENTIFIERS, NAMESPACES, NUMBERS, C, D, envelope, lines, msisdn, tags

ACTIVE, SLEEPING, SUSPENDED, FRESH, ENDED, FOREIGN = (
    *("9900000000010", "9900000000028", "9900000000036", "9900000000044", "9900000000051", "9900000050015"),
)
KINDS = [*IDENTIFIERS.items(), *((kind, msisdn(number)) for kind, number in NUMBERS.items())]


@pytest.mark.parametrize(("kind", "text"), KINDS, ids=[kind for kind, _ in KINDS])
def test_every_kind_of_identifier_finds_the_line(malima, kind, text):
    assert set(malima.get([text], kind).entries) == {ACTIVE}


def test_an_imsi_instead_of_identifiers(malima):
    found = malima.call("getConnectivityDirectory", tags("d", {"imsi": "208010000000001"}))
    assert set(found.entries) == {ACTIVE}
    both = lines("simSerialNumber", [ACTIVE]) + tags("d", {"imsi": "208010000000001"})
    assert malima.call("getConnectivityDirectory", both).fault == ("MalimaError", "REQ.SCHEMA_VALIDATION_ERROR")


def test_kinds_are_not_mixed(malima):
    mixed = (
        "<d:lineIdentifiers><c:simSerialNumber>1</c:simSerialNumber><c:deviceImei>2</c:deviceImei></d:lineIdentifiers>"
    )
    answered = malima.call("getConnectivityDirectory", mixed)
    assert answered.fault == ("MalimaError", "REQ.SCHEMA_VALIDATION_ERROR")


def test_a_hundred_identifiers_and_no_more(malima, controls):
    asked = [f"99{number:011d}" for number in range(101)]
    assert malima.get(asked[:100]).fault == ("", "")
    answered = malima.get(asked)
    assert answered.fault == ("TooManyLineIdentifiersError", "")
    assert answered.texts(".//x:maxAllowedLineIdentifiersNumber") == ["100"]
    controls.post("settings", too_many_lines="code")
    assert malima.get(asked).fault == ("MalimaError", "MLM_TOO_MANY_LINE_IDS")


@pytest.mark.parametrize("kind", ["simSerialNumber", "subscriptionNumber", "iccid"])
def test_unknown_lines_come_back_in_their_kind(malima, kind):
    answered = malima.get(["0000000000000"], kind)
    assert answered.fault == ("", "")
    assert answered.entries == {}
    assert answered.texts(f"d:unknownLinesIdentifiers/c:{kind}") == ["0000000000000"]


def test_an_unknown_number_comes_back_as_it_was_sent(malima):
    answered = malima.get([tags("c", {"cc": "353", "sn": "1"})], "msisdnData")
    assert answered.texts("d:unknownLinesIdentifiers/c:msisdnData/c:cc") == ["353"]


def test_a_foreign_line_is_unknown(malima, as_login):
    answered = malima.get([ACTIVE, FOREIGN])
    assert set(answered.entries) == {ACTIVE}
    assert answered.texts("d:unknownLinesIdentifiers/c:simSerialNumber") == [FOREIGN]
    assert set(as_login("other").get([FOREIGN]).entries) == {FOREIGN}


def test_a_line_is_told_once_and_in_no_order_of_the_callers(malima):
    asked = [ACTIVE, SLEEPING, SUSPENDED, ACTIVE]
    answered = malima.get(asked)
    assert sorted(answered.entries) == sorted(set(asked))
    assert len(answered.payload) == 3
    assert list(answered.entries) == list(malima.get(asked[::-1]).entries)


def test_prefixes_are_those_that_a_consumer_depends_on(malima):
    text = malima.get([ACTIVE]).reply.text
    assert "<soap:Envelope" in text
    assert "<ns2:getConnectivityDirectoryResponse" in text
    assert "<ns2:searchInConnectivityDirectoryResponse" in malima.search().reply.text
    assert "<soap:Fault" in malima.search(rest=tags("d", {"rangeSize": 0})).reply.text


def test_both_bases_answer(malima):
    body = envelope(f"<v:getConnectivityDirectory>{lines('simSerialNumber', [ACTIVE])}</v:getConnectivityDirectory>")
    assert malima.post(body, base="/MLM_EXT_IMC/").status_code == 200


def test_the_dates_are_of_paris(malima):
    answered = malima.get([ACTIVE])
    assert answered.texts(".//c:lastStatusRefreshDate") == ["2017-03-15T04:10:00.000+01:00"]
    assert answered.texts(".//c:lastStatusChangeDate") == ["2017-02-01T09:30:00.000+01:00"]


def test_every_line_has_its_puks(malima):
    answered = malima.get([ACTIVE, SUSPENDED, ENDED])
    assert sorted(answered.texts(".//c:puk1")) == ["11110001", "11110003", "11110005"]
    assert sorted(answered.texts(".//c:puk2")) == ["22220001", "22220003", "22220005"]
    assert len(malima.search().texts(".//c:puk1")) == 5


def names(element):
    return [child.tag.rpartition("}")[2] for child in element]


def test_nothing_is_shown_without_its_flag(malima):
    [entry] = malima.get([ACTIVE]).entries.values()
    assert names(entry) == ["customerEnvironmentIdentifier", "sim", "subscription"]


def test_flags_show_what_they_name(malima):
    flags = ("showDeviceInfo", "showIccid", "showImsi", "showStatusReason", "showHierarchyDetail")
    [entry] = malima.get([ACTIVE], **dict.fromkeys(flags, "true")).entries.values()
    assert names(entry) == [
        *("customerEnvironmentIdentifier", "iccid", "imsi", "sim", "subscription", "device", "machine"),
        *("hierarchyDetail", "geographicPosition", "deviceInfoCompatibility"),
    ]
    assert names(entry.find("d:sim", NAMESPACES))[:3] == ["serialNumber", "status", "statusReason"]
    for flag in flags:
        [alone] = malima.get([ACTIVE], **{flag: "false"}).entries.values()
        assert len(alone) == 3


def test_a_suspension_says_why_before_its_dates(malima):
    [entry] = malima.get([SUSPENDED]).entries.values()
    sim = names(entry.find("d:sim", NAMESPACES))
    assert sim[:4] == ["serialNumber", "status", "suspensionReason", "lastStatusRefreshDate"]


def test_fields_are_in_the_namespaces_of_the_specification(malima):
    [entry] = malima.get([ACTIVE], showDeviceInfo="1").entries.values()
    assert entry.tag == f"{{{D}}}connectivityDirectory"
    assert {child.tag.partition("}")[0] for child in entry} == {f"{{{D}"}
    inside = [child for name in ("sim", "subscription") for child in entry.find(f"d:{name}", NAMESPACES)]
    assert {child.tag.partition("}")[0] for child in inside} == {f"{{{C}"}


@pytest.mark.parametrize(
    ("ssn", "located", "flags"),
    [(ACTIVE, True, "110"), (SLEEPING, False, "011"), (SUSPENDED, False, "000"), (FRESH, False, None)],
)
def test_position_and_compatibility(malima, ssn, located, flags):
    [entry] = malima.get([ssn], showDeviceInfo="true").entries.values()
    assert (entry.find("d:geographicPosition", NAMESPACES) is not None) is located
    assert entry.findtext("d:deviceInfoCompatibility", None, NAMESPACES) == flags


def test_a_position_has_its_accuracy_and_age(malima):
    answered = malima.get([ACTIVE], showDeviceInfo="true")
    position = "d:connectivityDirectory/d:geographicPosition"
    assert answered.texts(f"{position}/c:latitude") == ["48.85000"]
    assert answered.texts(f"{position}/c:lastGeolocDate") == ["2017-02-01T09:30:00.000+01:00"]
    assert answered.texts(f"{position}/c:accuracy/c:value") == ["300"]
    assert answered.texts(f"{position}/c:accuracy/c:unit") == ["m"]


def test_the_first_flag_follows_the_status(malima, sandbox):
    sandbox.state.put_status(SLEEPING, "ACTIVATED")
    assert malima.get([SLEEPING], showDeviceInfo="true").texts(".//d:deviceInfoCompatibility") == ["111"]


def test_version_1_13_knows_neither_version_nor_iccid_nor_reason(malima, controls):
    assert malima.get(["89330199000000000120"], "iccid", version="1.18").fault == ("", "")
    reasons = {"showStatusReason": "true"}
    assert malima.get([ACTIVE], version="1.18", **reasons).texts(".//c:statusReason") == ["CUSTOMER_REQUEST"]
    assert malima.get([ACTIVE], version="1.13", **reasons).texts(".//c:statusReason") == []
    controls.post("settings", api_version="1.13")
    refused = ("MalimaError", "REQ.SCHEMA_VALIDATION_ERROR")
    assert malima.get([ACTIVE], version="1.13").fault == refused
    assert malima.get(["89330199000000000120"], "iccid").fault == refused
    assert malima.get([ACTIVE], **reasons).texts(".//c:statusReason") == []


def test_a_reading_refreshes_nothing_and_the_night_does(malima, controls):
    before = malima.get([ACTIVE]).texts(".//c:lastStatusRefreshDate")
    controls.post("advance", seconds=3600)
    assert malima.get([ACTIVE]).texts(".//c:lastStatusRefreshDate") == before
    controls.post("advance", seconds=86_400)
    assert malima.get([ACTIVE]).texts(".//c:lastStatusRefreshDate") == ["2017-03-16T04:10:00.000+01:00"]
    assert malima.get([ACTIVE]).texts(".//c:lastStatusChangeDate") == ["2017-02-01T09:30:00.000+01:00"]


def test_a_novel_status_is_told_as_it_is(malima, sandbox):
    sandbox.state.put_status(ACTIVE, "ON_LOAN")
    assert malima.get([ACTIVE], version="1.18").texts(".//c:status") == ["ON_LOAN"]


def test_the_tracking_header_names_the_call(malima, sandbox, controls):
    answered = malima.get([ACTIVE])
    header = "soap:Header/t:trackingHeader"
    assert (
        answered.root.findtext(f"{header}/t:requestId", None, NAMESPACES) == f"sandbox-{sandbox.state.calls()[-1].id}"
    )
    assert answered.root.findtext(f"{header}/t:timestamp", None, NAMESPACES) == "2017-03-15T11:00:00.000+01:00"
    controls.post("settings", tracking="no")
    assert malima.get([ACTIVE]).root.find("soap:Header", NAMESPACES) is None
