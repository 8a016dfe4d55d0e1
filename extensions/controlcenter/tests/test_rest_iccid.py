import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extensions.controlcenter.iccid import DEVICE_SCHEMA, device_problems, device_warnings, iccid_problem

GOOD = "8988200000000000014"


@pytest.mark.parametrize("value", [GOOD, "898820000000000145", "89882000000000001456", None])
def test_an_iccid_of_18_to_20_digits_or_none_is_no_problem(value):
    assert iccid_problem(value) is None


@pytest.mark.parametrize("value", ["8.98820E+18", "8,98820E+18", "8.9882e18", " 8.98820E+18 ", "9E+18"])
def test_the_exponent_form_of_spreadsheets_is_named(value):
    assert "spreadsheet" in iccid_problem(value)


@pytest.mark.parametrize("value", ["898820000000123000", "8988200000001230000", "89882000000012300000"])
def test_fifteen_digits_and_zeros_are_named(value):
    assert "15 digits and zeros" in iccid_problem(value)


@pytest.mark.parametrize("value", [8.9882e18, 8988200000001230000])
def test_numbers_that_were_rounded_are_said_to_be_lost(value):
    assert "rounded" in iccid_problem(value)


def test_a_whole_number_is_asked_for_in_quotation_marks():
    assert "quotation marks" in iccid_problem(8988200000000000014)


@pytest.mark.parametrize("value", ["8988 2000 0000 0000 014", "89882-000000000-00014", f"'{GOOD}", f"{GOOD}\n"])
def test_digits_with_decoration_are_asked_for_without(value):
    assert "without spaces" in iccid_problem(value)


@pytest.mark.parametrize("value", ["", "17 digits", "89882000000000014", "8" * 21, "898820000000000001F", "٨" * 19])
def test_anything_else_is_told_what_an_iccid_is(value):
    assert "18 to 20 digits" in iccid_problem(value)


@pytest.mark.parametrize("value", [True, [], {}, ["8988200000000000014"]])
def test_what_is_not_even_text_or_number_is_refused(value):
    assert "18 to 20 digits" in iccid_problem(value)


@given(st.from_regex(r"\A[0-9]{18,20}\Z").filter(lambda digits: not re.fullmatch(r"\d{15}0+", digits)))
def test_schema_and_words_agree_on_what_is_accepted(digits):
    assert iccid_problem(digits) is None
    assert re.search(DEVICE_SCHEMA["properties"]["iccid"]["pattern"], digits)


def test_problems_name_their_field():
    [(field, sentence)] = device_problems({"iccid": "8.98820E+18"})

    assert field == "iccid"
    assert "8.98820E+18" in sentence
    assert device_problems({"iccid": GOOD}) == device_problems({}) == ()


def test_a_check_digit_that_does_not_fit_is_a_warning_only():
    [warning] = device_warnings({"iccid": "8988200000000000015"})

    assert "8988200000000000015" in warning
    assert device_problems({"iccid": "8988200000000000015"}) == ()


@given(st.from_regex(r"\A[0-9]{18}\Z"), st.integers(1, 9))
def test_exactly_one_check_digit_fits(body, shift):
    fitting = [
        digit
        for digit in "0123456789"
        if device_warnings({"iccid": body + digit}) == () and not iccid_problem(body + digit)
    ]

    if re.fullmatch(r"\d{15}000", body):
        return
    assert len(fitting) == 1
    wrong = (int(fitting[0]) + shift) % 10
    assert iccid_problem(f"{body}{wrong}") or device_warnings({"iccid": f"{body}{wrong}"})


@pytest.mark.parametrize("value", [None, 5, "x"])
def test_what_is_refused_is_not_warned_about_as_well(value):
    assert device_warnings({"iccid": value}) == ()
