import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iotdash.lib.json_documents import MAX_LENGTH, check, parse

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "sim": {
            "type": "object",
            "required": ["iccid"],
            "additionalProperties": False,
            "properties": {
                "iccid": {
                    "type": "string",
                    "pattern": "^[0-9]{19,20}$",
                    "x-pattern-words": "19 or 20 digits",
                    "minLength": 1,
                },
                "note": {"type": "string", "maxLength": 5},
                "day": {"type": "string", "format": "date"},
                "state": {"enum": ["ACTIVE", "RETIRED"]},
                "kind": {"oneOf": [{"const": "data", "title": "Data"}, {"const": "voice"}]},
                "size": {"type": "integer", "minimum": 1, "maximum": 9},
                "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
            },
        },
    },
}


def only(text, schema=SCHEMA):
    (problem,) = check(text, schema)
    return problem


@pytest.mark.parametrize(
    ("text", "place", "words", "expected"),
    [
        ("", (1, 1), "nothing here", "{}"),
        ("  \n ", (2, 2), "nothing here", "{}"),
        ("{", (1, 2), "document ends", "key"),
        ('{"a": 1', (1, 8), '"{" is still open', '"}"'),
        ('{"a" 1}', (1, 6), 'colon is missing after "a"', '":"'),
        ('{"x": 1\n "iccid": 2}', (2, 2), 'comma is missing before "iccid"', '","'),
        ('{"a": 1,}', (1, 8), "too many", '"}"'),
        ('{"a": [1,]}', (1, 9), "too many", '"]"'),
        ("{,}", (1, 2), "a key in double quotes", "key"),
        ('{"a":}', (1, 6), "a value should be", "value"),
        ('{"a": 1}}', (1, 9), "after the end", "nothing more"),
        ("{'a': 1}", (1, 2), "single quotes", "double quotes"),
        ("{\"a\": 'b'}", (1, 7), "single quotes", "double quotes"),
        ("{a: 1}", (1, 2), "the key a needs double quotes", '"a"'),
        ('{"a": b}', (1, 7), "b needs double quotes", '"b"'),
        ('{"a": True}', (1, 7), "True is not a JSON value", "true"),
        ('{"a": NaN}', (1, 7), "NaN is not a number", "null"),
        ('{"a": -Infinity}', (1, 7), "not a number", "null"),
        ('{"a": 1e999}', (1, 7), "too large", "smaller"),
        ('{"a": 0123}', (1, 7), "as JSON writes numbers", "12"),
        ('{"a": 1.}', (1, 7), "as JSON writes numbers", "0.5"),
        ('{"a": "b\n"}', (1, 7), "not closed on its line", '"'),
        ('{"a": "b\tc"}', (1, 9), "control character", "\\t"),
        ('{"a": "b\\c"}', (1, 9), "backslash", "\\\\"),
        ('{"a": "\\ud800"}', (1, 7), "cannot be stored", ""),
        ('{"a": "\\u0000"}', (1, 7), "cannot be stored", ""),
        ('{"a": 1 // no\n}', (1, 9), "comma is missing before", ""),
        ("[1]", (1, 1), "must be an object", "{"),
        ('"a"', (1, 1), "must be an object", "{"),
        ('{"a": 1, "a": 2}', (1, 10), '"a" appears twice', "once"),
        ('{\r\n"a": 1,\r\n  b}', (3, 3), "the key b", '"b"'),
        ('{\r"a": 1,\r  b}', (3, 3), "the key b", '"b"'),
    ],
)
def test_wrong_syntax_is_told_in_words_at_its_place(text, place, words, expected):
    problem = only(text, {})
    assert (problem.line, problem.column) == place
    assert words in problem.message
    assert expected in problem.expected
    assert str(problem) == f"Line {place[0]}, column {place[1]}: {problem.message}"


def test_the_largest_number_is_read_as_postgresql_writes_it():
    text = json.dumps({"a": -int(1.7e308)})
    assert not parse(text).problems
    assert float(parse(text).value["a"]) == -1.7e308


def test_deep_nesting_and_great_length_are_refused():
    assert "levels deep" in only('{"a":' * 10_000, {}).message
    assert "levels deep" in only("[" * 10_000, {}).message
    assert f"{MAX_LENGTH:,}" in only(" " * (MAX_LENGTH + 1), {}).message


@pytest.mark.parametrize(
    ("inner", "at", "words", "expected"),
    [
        ('"iccid": ""', '""', "must not be empty", "text"),
        ('"iccid": 89014', "89014", "89014 is not text in double quotes. Put it in double quotes.", "text"),
        ('"iccid": 8.9e+18', "8.9", "is not text in double quotes.", "text"),
        ('"iccid": "12"', '"12"', '"12" is not 19 or 20 digits.', "19 or 20 digits"),
        ('"icid": "12"', '"icid"', 'the key "icid" is not known here. Did you mean "iccid"?', '"iccid"'),
        ('"note": "too long"', '"too', "at most 5 characters", "5"),
        ('"day": "31.12.2026"', '"31', "a date such as", "date"),
        ('"state": "ACTIV"', '"ACTIV"', 'not one of the allowed values. Did you mean "ACTIVE"?', '"RETIRED"'),
        ('"kind": "fax"', '"fax"', "not one of the allowed values", '"data", "voice"'),
        ('"size": 0', "0", "1 or more", "1 or more"),
        ('"size": 10', "10", "9 or less", "9 or less"),
        ('"size": "3"', '"3"', "is not a whole number", "a whole number"),
        ('"size": true', "true", "true is not a whole number", "a whole number"),
        ('"tags": ["a", 2]', "2", "2 is not text", "text"),
        ('"tags": ["a", "b", "c"]', "[", "at most 2 entries", "2"),
    ],
)
def test_what_the_schema_refuses_is_told_in_words_at_its_place(inner, at, words, expected):
    text = f'{{"sim": {{\n  {inner}}}}}'
    problem = next(problem for problem in check(text, SCHEMA) if problem.line == 2)
    assert problem.column == 3 + inner.index(at)
    assert words in problem.message
    assert expected in problem.expected


def test_a_missing_key_is_told_at_the_key_of_its_object():
    problem = only('{"sim": {}}')
    assert (problem.column, problem.message, problem.expected) == (
        2,
        'the key "iccid" is missing.',
        '"iccid"',
    )


def test_an_empty_text_is_told_once():
    assert only('{"sim": {"iccid": ""}}').message == "this must not be empty."


def test_problems_come_in_the_order_of_the_text():
    text = '{\n "other": 1,\n "sim": {\n  "size": 99,\n  "note": 5\n }\n}'
    assert [(p.line, p.where) for p in check(text, SCHEMA)] == [
        (2, "other"),
        (3, "sim"),
        (4, "sim.size"),
        (5, "sim.note"),
    ]


def test_a_valid_document_has_no_problems():
    assert check('{"sim": {"iccid": "8914800000000000000"}}', SCHEMA) == []
    assert check("{}", SCHEMA) == []


def test_a_key_that_another_needs_is_named_with_it():
    schema = {"dependentRequired": {"user": ["password"]}}
    assert only('{"user": "ann"}', schema).message == 'the key "password" is missing, which "user" needs.'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"by": "key", "key": 5}', "5 is not text in double quotes. Put it in double quotes."),
        ('{"by": "user"}', 'the key "user" is missing.'),
        ('{"by": "usr"}', '"usr" is not one of the allowed values. Did you mean "user"?'),
    ],
)
def test_of_several_forms_the_meant_one_is_explained(text, message):
    forms = [
        {"properties": {"by": {"const": "key"}, "key": {"type": "string"}}, "required": ["by", "key"]},
        {"properties": {"by": {"const": "user"}, "user": {"type": "string"}}, "required": ["by", "user"]},
    ]
    assert only(text, {"oneOf": forms}).message == message


def test_a_value_that_fits_two_forms_is_refused():
    schema = {"properties": {"a": {"oneOf": [{"type": "integer"}, {"minimum": 1}]}}}
    assert "more than one" in only('{"a": 3}', schema).message


def test_keys_known_through_other_parts_of_the_schema_are_known():
    inner = {"allOf": [{"properties": {"y": {}}}], "unevaluatedProperties": False}
    assert only('{"a": {"y": 1, "x": 1}}', {"properties": {"a": inner}}).where == "a.x"


def test_words_about_an_object_never_quote_its_content():
    schema = {"properties": {"a": {"type": "string"}, "b": {"type": "object", "maxProperties": 0}}}
    problem = only('{"b": {"password": "hunter2"}}', schema)
    assert "hunter2" not in str(problem)


def test_a_caller_may_add_a_problem_at_a_place():
    document = parse('{\n  "sim": {"iccid": "8"}\n}')
    at_value = document.problem(("sim", "iccid"), "another device has it.")
    at_key = document.problem(("sim", "iccid"), "another device has it.", at_key=True)
    beyond = document.problem(("sim", "gone", "x"), "nothing there.")
    assert [(p.line, p.column) for p in (at_value, at_key, beyond)] == [(2, 20), (2, 11), (2, 10)]


# --- properties ---

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
scalars = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    scalars | texts, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4)
)
objects = st.dictionaries(texts, values, max_size=5)


def paths(value, path=()):
    yield path, value
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in children:
        yield from paths(child, (*path, name))


@given(objects, st.sampled_from([None, 0, 2, "\t"]), st.booleans())
def test_every_path_leads_to_its_value_in_the_text(value, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    document = parse(text)
    lines = text.split("\n")
    assert document.value == value
    assert document.problems == ()
    for path, child in paths(value):
        line, column = document.positions[path]
        rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]])
        found, _ = json.JSONDecoder().raw_decode(rest)
        assert found == child
        if path and isinstance(path[-1], str):
            line, column = document.key_positions[path]
            found, _ = json.JSONDecoder().raw_decode(lines[line - 1][column - 1 :])
            assert found == path[-1]


@given(st.text() | st.text('{}[]",:\\ \n\r1e.-tfnu'))
def test_no_text_makes_it_raise_and_all_agree_on_what_is_json(text):
    problems = check(text, SCHEMA)
    for problem in problems:
        assert problem.line >= 1
        assert problem.column >= 1
    try:
        json.loads(text, parse_constant=float.fromhex)
    except ValueError:
        assert problems


@given(objects, st.integers(0, 10_000), st.text(max_size=2))
def test_a_damaged_document_never_raises(value, at, damage):
    text = json.dumps(value, indent=1)
    at %= len(text) + 1
    check(text[:at] + damage + text[at + 1 :], SCHEMA)
