import pytest
from hypothesis import given
from hypothesis import strategies as st

from iotdash.lib.xml_documents import DEEPEST, MOST_BYTES, MOST_ELEMENTS, Node, NotInXmlError, XmlError, escaped, parse

BILLION_LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>
<lolz>&lol2;</lolz>"""
XSI = 'xmlns:x="http://www.w3.org/2001/XMLSchema-instance"'


def parsed_or_none(content: bytes) -> Node | None:
    """Any other exception than the parser's own fails the test."""
    try:
        return parse(content)
    except XmlError:
        return None


@pytest.mark.parametrize("prefixes", ["", "a:", "SOAP-ENV:"])
def test_names_are_matched_by_namespace_and_not_by_prefix(prefixes):
    xmlns = f"xmlns:{prefixes[:-1]}" if prefixes else "xmlns"
    root = parse(f'<{prefixes}a {xmlns}="urn:u"><{prefixes}b>1</{prefixes}b></{prefixes}a>'.encode())

    assert root.is_named("urn:u", "a")
    assert root.value("b") == "1"


def test_the_same_name_in_another_namespace_is_another_element():
    root = parse(b'<a xmlns="urn:u"><b xmlns="urn:v">1</b><b>2</b></a>')

    assert root.values("b") == ["2"]
    assert root.value("b", "urn:v") == "1"
    assert root.value("b", "") is None


def test_text_comes_as_it_stands():
    root = parse("<a> <b>  x &lt;&amp;&#233;<![CDATA[<y>]]>ü </b> </a>".encode())

    assert root.value("b") == "  x <&é<y>ü "


@pytest.mark.parametrize("mark", ["true", "1"])
def test_nil_and_missing_are_no_value_and_empty_is_empty(mark):
    root = parse(f'<a {XSI}><b x:nil="{mark}"/><c x:nil="false">1</c><d/></a>'.encode())

    assert root.value("b") is root.value("nowhere") is None
    assert (root.value("c"), root.value("d")) == ("1", "")


def test_attributes_with_and_without_namespace():
    root = parse(b'<a xmlns:n="urn:n" m="1" n:m="2"/>')

    assert root.attributes == {"m": "1", "urn:n m": "2"}


@pytest.mark.parametrize(
    "content",
    [
        BILLION_LAUGHS,
        b"<!DOCTYPE a><a/>",
        b"<!DOCTYPE html><html></html>",
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><a/>',
        b'<!DOCTYPE a [<!ATTLIST a b CDATA "1">]><a/>',
        b"<a>&undefined;</a>",
    ],
)
def test_document_types_and_entities_are_refused(content):
    with pytest.raises(XmlError):
        parse(content)


@given(st.from_regex(r"<!DOCTYPE a[ \n]*(\[[ -\x5a^-~]{0,30}\])?[ \n]*>", fullmatch=True), st.booleans())
def test_any_document_type_is_refused(declaration, declared):
    head = '<?xml version="1.0"?>' if declared else ""

    assert parsed_or_none(f"{head}{declaration}<a/>".encode()) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" ",
        b"<a>",
        b"<a></b>",
        b"<a/><a/>",
        b"<a b='1' b='2'/>",
        b"<n:a/>",
        b"<a>\x00</a>",
        b"<a>&#0;</a>",
        b"<a>&#xD800;</a>",
        b"<a>\xff\xfe</a>",
        b'{"errorCode": "1"}',
        b'<?xml version="1.0" encoding="no-such"?><a/>',
        b'<?xml version="1.0" encoding="idna"?><a/>',
        b'<?xml version="1.0" encoding="utf-7"?><a/>',
        b'<?xml version="1.0" encoding="windows-1252"?><a/>',
    ],
)
def test_what_is_no_document_is_refused(content):
    assert parsed_or_none(content) is None


@pytest.mark.parametrize("encoding", ["utf-8", "UTF-16", "ISO-8859-1"])
def test_encodings_of_the_parser_itself_are_read(encoding):
    content = f'<?xml version="1.0" encoding="{encoding}"?><a>Prüfung</a>'.encode(encoding)

    assert parse(content).text == "Prüfung"


def test_depth_number_and_size_have_limits():
    assert parse(b"<a>" * DEEPEST + b"</a>" * DEEPEST).name == "a"
    assert parsed_or_none(b"<a>" * (DEEPEST + 1) + b"</a>" * (DEEPEST + 1)) is None
    assert parsed_or_none(b"<a>" + b"<b/>" * MOST_ELEMENTS + b"</a>") is None
    assert parsed_or_none(b"<a>" + b" " * MOST_BYTES + b"</a>") is None
    assert parsed_or_none(b"<a>" * 1_000_000) is None


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_the_parsers_own_error(content):
    parsed_or_none(content)


@given(st.text(st.sampled_from("<>/&;!?[]=\"'ab:xmlns#0\x00 \n-"), max_size=80))
def test_no_text_that_looks_like_xml_does_either(text):
    parsed_or_none(text.encode())


@given(st.text())
def test_escaped_text_comes_back_as_it_was_or_no_document_can_hold_it(text):
    try:
        inside = escaped(text)
    except NotInXmlError:
        inside = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        assert parsed_or_none(f"<a>{inside}</a>".encode(errors="surrogatepass")) is None
    else:
        assert parse(f"<a>{inside}</a>".encode()).text == text


def test_what_is_left_out_is_nowhere_in_the_tree():
    root = parse(b'<a xmlns:n="urn:n"><n:PUK1>1<b>2</b></n:PUK1><b>3<puk1>4</puk1></b></a>', without=("puk1",))

    assert repr(root) == repr(parse(b"<a><b>3</b></a>"))
