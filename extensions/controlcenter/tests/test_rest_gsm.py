import pytest
from hypothesis import given
from hypothesis import strategies as st

from extensions.controlcenter.gsm import data_coding


@pytest.mark.parametrize("text", ["reboot", "Prüfe Ñ & £5 @ ΔΩ\n", "{a|b} ~ [c] \\ ^ 5€", ""])
def test_texts_of_the_gsm_alphabet_go_as_seven_bit(text):
    assert data_coding(text) == 0


# "ç" and "`" look as if they belonged; GSM 03.38 has only the capital "Ç" and no backtick.
@pytest.mark.parametrize("text", ["перезагрузка", "ok ✓", "ç", "`", "“reboot”", "á", "tab\there", "😀"])
def test_any_other_character_needs_ucs2(text):
    assert data_coding(text) == 8


@given(st.text(max_size=50), st.text(max_size=50))
def test_one_foreign_character_decides_for_the_whole_text(before, after):
    assert data_coding(f"{before}ж{after}") == 8


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters="`"), max_size=400))
def test_printable_ascii_but_the_backtick_is_seven_bit(text):
    assert data_coding(text) == 0
