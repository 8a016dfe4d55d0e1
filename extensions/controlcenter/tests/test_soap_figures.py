from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extensions.controlcenter.soap_records import BYTES_PER_MB, count, data_bytes

amounts = st.integers(0, 10**17)


def exact_decimal(amount: int) -> str:
    """Bytes as MB with all their decimals: twenty are enough, because a MB is 2 to the power of 20 bytes."""
    scaled = amount * 10**20 // BYTES_PER_MB
    return f"{scaled // 10**20}.{scaled % 10**20:020}"


def three_decimals(amount: int) -> str:
    thousandths = (amount * 2000 + BYTES_PER_MB) // (2 * BYTES_PER_MB)
    return f"{thousandths // 1000}.{thousandths % 1000:03}"


@given(amounts)
def test_bytes_come_back_from_all_decimals_exactly(amount):
    assert data_bytes(exact_decimal(amount)) == amount


@given(amounts)
def test_three_decimals_lose_half_a_thousandth_of_a_mb_at_most(amount):
    shown = three_decimals(amount)

    assert abs(data_bytes(shown) - amount) <= 525
    assert three_decimals(data_bytes(shown)) == shown


@given(st.integers(0, 10**9), st.integers(0, 10**12 - 1))
def test_it_is_the_nearest_number_of_bytes_and_a_half_goes_up(whole, fraction):
    found = data_bytes(f"{whole}.{fraction:012}")

    distance = found - (whole + Fraction(fraction, 10**12)) * BYTES_PER_MB
    assert Fraction(-1, 2) < distance <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("megabytes", "amount"),
    [
        ("0", 0),
        ("0.000", 0),
        ("1", 1_048_576),
        ("12.345", 12_944_671),
        ("1.", 1_048_576),
        (".5", 524_288),
        ("+2.0", 2_097_152),
        (" 5 \n", 5_242_880),
        # Half a byte, and just less.
        ("0.000000476837158203125", 1),
        ("0.000000476837158203124", 0),
        # A float would be off by one from here on.
        ("8589934592.000000953674316406", 9_007_199_254_740_993),
    ],
)
def test_megabytes_are_bytes(megabytes, amount):
    assert data_bytes(megabytes) == amount


@pytest.mark.parametrize(
    "nonsense",
    [None, "", " ", "-1", "1,5", "1e3", "NaN", "INF", "1_000", "0x10", "1/3", "१", "1.2.3", ".", "9" * 19, "9" * 18],
)
def test_what_is_no_amount_is_unknown(nonsense):
    assert data_bytes(nonsense) is None


@pytest.mark.parametrize(
    ("written", "number"), [("3", 3), ("3.0", 3), ("61.5", 62), ("61.499", 61), ("0", 0), (None, None)]
)
def test_counts_and_seconds_are_whole(written, number):
    assert count(written) == number


@given(st.text(max_size=40))
def test_no_text_breaks_them(text):
    for amount in (data_bytes(text), count(text)):
        assert amount is None or 0 <= amount < 10**18
