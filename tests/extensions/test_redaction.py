"""Redaction by allow-list: what is not named is replaced, whatever its form."""

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extensions.core.contract import Wire
from extensions.core.redaction import Redactor
from extensions.core.redaction.bodies import LARGEST_KEPT, LARGEST_READ
from extensions.core.redaction.pseudonyms import is_mark, pseudonym

WIRE = Wire(
    kept=frozenset({"status", "Pages", "texts"}),
    named=frozenset({"chip", "note", "chips", "text"}),
    prose=frozenset({"because"}),
    words=frozenset({"meterco"}),
    code="E[0-9]{3}",
    paths=frozenset({"v1", "chips", "texts"}),
    headers=frozenset({"X-Build"}),
    namespaces=frozenset({"http://meterco.test/wire"}),
)
SECRET = 'pä&ss <"word"> 1'


@pytest.fixture
def redactor():
    return Redactor(WIRE, "abc123", [SECRET])


def body(redactor, content, content_type=""):
    return redactor.body(content, content_type)


# --- Stand-ins -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["8988200000000000014", "901161700000001", "123456", "4711", "7", "+491701234567"])
def test_a_number_keeps_its_length_and_looks_like_no_real_one(number):
    stand_in = pseudonym("abc123", number)
    assert len(stand_in) == len(number)
    assert stand_in.lstrip("+").isdecimal()
    assert stand_in != number
    assert stand_in.startswith(("0000", "000", "00", "0", "+0000")) or len(number) < 3
    assert not stand_in.endswith("0")


def test_the_same_value_has_the_same_stand_in_within_a_scope_and_no_other():
    assert pseudonym("abc123", "8988200000000000014") == pseudonym("abc123", "8988200000000000014")
    assert pseudonym("abc123", "8988200000000000014") != pseudonym("xyz789", "8988200000000000014")
    assert pseudonym("abc123", "alice") != pseudonym("abc123", "bob")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("alice@example.com", "email address"),
        ("10.20.30.40", "IP address"),
        ("2001:db8::1", "IP address"),
        ("0f8fad5b-d9cb-469f-a165-70867728950e", "UUID"),
        ("come home, please", "text"),
    ],
)
def test_a_text_becomes_a_mark_that_tells_its_kind_and_class_of_length(value, kind):
    stand_in = pseudonym("abc123", value)
    assert is_mark(stand_in)
    assert stand_in.startswith(f"‹{kind}, up to ")


def test_the_exact_length_of_a_text_is_not_told():
    lengths = {pseudonym("abc123", "x" * length).rpartition(",")[0] for length in range(9, 17)}
    assert lengths == {"‹text, up to 16 characters"}


# --- Bodies ----------------------------------------------------------------------------------------------------------


def test_json_keeps_named_values_and_replaces_all_others(redactor):
    told = {"status": "ON", "chip": "0001", "note": "for Alice", "pages": 3, "more": [1, True, None, ""]}
    shown = json.loads(body(redactor, json.dumps(told)).text)
    assert (shown["status"], shown["pages"]) == ("ON", 3)
    assert shown["chip"] == pseudonym("abc123", "0001")
    assert is_mark(shown["note"])
    assert "more" not in shown
    (key,) = (key for key in shown if is_mark(key))
    assert shown[key][1:] == ["‹yes or no›", None, ""]
    assert shown[key][0] != 1


def test_a_key_that_is_somebodys_data_is_replaced(redactor):
    shown = body(redactor, json.dumps({"chips": {"alice@example.com": {"status": "ON"}}})).text
    assert "alice" not in shown
    assert '"status": "ON"' in shown


def test_xml_keeps_named_elements_and_replaces_all_others(redactor):
    content = (
        '<?xml version="1.0"?><m:chips xmlns:m="http://meterco.test/wire" xmlns:x="http://alice.test/">'
        '<!-- for Alice --><m:chip m:status="ON" m:note="Alice">0001</m:chip><x:alice>secret text</x:alice>'
        "<m:status>OFF</m:status></m:chips>"
    )
    shown = body(redactor, content)
    assert (shown.kind, shown.cut) == ("xml", False)
    assert '<m:chips xmlns:m="http://meterco.test/wire" xmlns:x="urn:not-kept">' in shown.text
    assert f">{pseudonym('abc123', '0001')}</m:chip>" in shown.text
    assert 'm:status="ON"' in shown.text
    assert "<m:status>OFF</m:status>" in shown.text
    assert "alice" not in shown.text.lower()
    assert "secret text" not in shown.text


@pytest.mark.parametrize(
    "content",
    [
        '<!DOCTYPE a [<!ENTITY e "alice">]><a>&e;</a>',
        "<a><b></a>",
        '{"a": alice',
        '{"a": NaN}',
        '{"a": 1e999}',
        '{"alice": "\\ud800"}',
        "alice=1\nend",
        "\xff\xfe alice",
        "[" * 100_000,
    ],
)
def test_what_cannot_be_read_is_replaced_as_a_whole(redactor, content):
    shown = body(redactor, content.encode("latin-1"))
    assert shown.kind == "other"
    assert shown.size == len(content)
    assert "alice" not in shown.text


def test_a_web_page_stays_a_page_without_its_content(redactor):
    shown = body(redactor, "<!DOCTYPE html><title>Alice</title>", "application/json")
    assert shown.kind == "html"
    assert shown.text.startswith("<!doctype html>")
    assert "Alice" not in shown.text


def test_a_form_is_redacted_field_by_field(redactor):
    shown = body(redactor, "chip=0001&status=ON&alice=1", "application/x-www-form-urlencoded; charset=utf-8")
    assert shown.kind == "form"
    assert "status=ON" in shown.text
    assert "alice" not in shown.text
    assert "0001" not in shown.text


def test_a_long_body_is_cut_and_says_so(redactor):
    many = json.dumps({"chips": [{"status": "ON"}] * 2000})
    shown = body(redactor, many)
    assert shown.cut
    assert len(shown.text) == LARGEST_KEPT
    assert shown.size == len(many)


def test_a_long_document_is_cut_between_elements_and_still_a_document(redactor):
    shown = body(redactor, f"<chips>{'<chip><status>ON</status></chip>' * 2000}</chips>")
    assert shown.cut
    assert shown.text.endswith("</chip></chips>")
    assert shown.text.count("<chip>") == shown.text.count("</chip>") < 2000


def test_a_body_that_is_too_large_is_not_even_read(redactor):
    assert body(redactor, b'{"status": "' + b"x" * LARGEST_READ + b'"}').kind == "large"


# The letter in front makes it a name that no list has.
_TEXTS = st.text(st.characters(categories=("L", "N", "P")), min_size=6, max_size=30).map("z{}".format)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=12,
)


def strings_in(known):
    if isinstance(known, str):
        yield known
    for part in known.items() if isinstance(known, dict) else known if isinstance(known, list | tuple) else ():
        yield from strings_in(part)


@given(_JSON)
def test_no_key_and_no_value_that_is_not_named_gets_through(known):
    shown = Redactor(WIRE, "abc123").body(json.dumps(known))
    left = set(strings_in(json.loads(shown.text)))
    assert not left & set(strings_in(known))


@pytest.mark.parametrize("text", ["‹4711›", "say ‹4711›", "‹text, up to 8 characters, 4711›"])
def test_what_looks_like_a_stand_in_is_none(redactor, text):
    shown = body(redactor, json.dumps({"note": text, "because": text, text: 1, "chip": text})).text
    assert "4711" not in shown
    assert "4711" not in str(redactor.headers({"Authorization": text, "Cookie": text}))
    assert "4711" not in redactor.url(f"https://api.test/v1/{text}?{text}={text}")


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"<a>{text}</a>".encode(errors="replace")))
def test_whatever_comes_is_a_body(content):
    assert Redactor(WIRE, "abc123").body(content).size == len(content)


# --- Sentences -------------------------------------------------------------------------------------------------------


def sentence(redactor, text):
    return json.loads(body(redactor, json.dumps({"because": text})).text)["because"]


def test_a_sentence_of_the_service_keeps_the_words_that_every_service_uses(redactor):
    assert sentence(redactor, "E123: Invalid credentials.") == "E123: Invalid credentials."
    assert sentence(redactor, "Text is over 160 characters") == "Text is over 160 characters"


@pytest.mark.parametrize("told", ["alice", "8988200000000000014", "fleet-reader", "10.0.0.1", "a@b.example", "kömmt"])
def test_a_sentence_keeps_nothing_else(redactor, told):
    shown = sentence(redactor, f"User {told} is not allowed")
    assert told not in shown
    assert shown.startswith("User ")
    assert shown.endswith(" is not allowed")


# --- Addresses and headers -------------------------------------------------------------------------------------------


def test_an_address_keeps_host_and_known_words(redactor):
    shown = redactor.url("https://alice:pw@api.test:8443/v1/chips/0001/Alice%20B?status=ON&chip=0001&alice=1#alice")
    assert shown.startswith(f"https://api.test:8443/v1/chips/{pseudonym('abc123', '0001')}/‹text")
    assert "status=ON" in shown
    assert "alice" not in shown.lower()
    assert "0001" not in shown.replace(pseudonym("abc123", "0001"), "")


def test_a_segment_goes_by_the_name_of_the_one_before(redactor):
    assert redactor.url("https://api.test/v1/texts/77") == "https://api.test/v1/texts/77"


def test_headers_are_known_or_counted(redactor):
    told = {"Content-Type": "text/xml", "X-Build": "7", "X-Alice": "Alice", "Set-Cookie": "session=alice"}
    shown, others = redactor.headers(told)
    assert (shown["Content-Type"], shown["X-Build"], others) == ("text/xml", "7", 1)
    assert is_mark(shown["Set-Cookie"])
    assert "lice" not in str(shown)


def test_credentials_show_their_scheme_only(redactor):
    token = base64.b64encode(b"alice:key").decode()
    shown, _ = redactor.headers({"Authorization": f"Basic {token}"})
    assert shown["Authorization"].startswith("Basic ‹text")
    assert token not in str(shown)


# --- The second net --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        base64.b64encode(SECRET.encode()).decode(),
        SECRET.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
    ],
)
def test_a_secret_that_a_service_repeats_where_it_should_not_is_found(redactor, form):
    for content in (json.dumps({"status": f"x {form} y"}), json.dumps({"because": f"Invalid {form} y"})):
        (shown,) = json.loads(body(redactor, content).text).values()
        assert form not in shown
    assert form not in str(redactor.headers({"X-Build": form, "Server": f"is {form}"}))


def test_a_secret_of_digits_has_one_stand_in_everywhere():
    known = Redactor(WIRE, "abc123", ["47114711"])
    shown = json.loads(body(known, json.dumps({"because": "Invalid 47114711", "chip": "47114711"})).text)
    assert shown["because"] == f"Invalid {shown['chip']}"


def test_a_secret_of_known_words_is_no_sentence():
    shown = sentence(Redactor(WIRE, "abc123", ["open the door"]), "Password open the door is wrong")
    assert shown.startswith("Password ‹text")
    assert "open" not in shown
