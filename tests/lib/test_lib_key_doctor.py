"""What a process knows of the stored ciphertexts without asking for it every time."""

import logging

import pytest
from django.db import DatabaseError

from iotdash.lib import ciphertexts, crypto, key_doctor
from iotdash.lib.key_doctor import LOOK_AGAIN_AFTER_S, KeyUse, Report, Watch

FINE = Report((KeyUse("aaaaaaaa", ""),))
MISSING = Report((KeyUse("aaaaaaaa", ""), KeyUse("bbbbbbbb", key_doctor.MISSING)))


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def world(monkeypatch):
    """`watch`, its clock, and what looking finds: reports or errors, the last one for ever."""

    class World:
        clock = Clock()
        finds: list = [FINE]
        looks = 0

    def examine(*, decrypt: bool) -> Report:
        assert not decrypt
        World.looks += 1
        found = World.finds.pop(0) if len(World.finds) > 1 else World.finds[0]
        if isinstance(found, Exception):
            raise found
        return found

    World.watch = Watch(World.clock)
    World.finds, World.looks = [FINE], 0
    monkeypatch.setattr(key_doctor, "examine", examine)
    return World


def test_nothing_is_looked_at_before_the_start(world):
    assert world.watch.known() is None
    assert world.looks == 0


def test_while_all_is_well_nothing_is_looked_at_again(world):
    world.watch.look()
    world.clock.now += 10 * LOOK_AGAIN_AFTER_S
    assert world.watch.known() is FINE
    assert world.looks == 1


def test_a_problem_is_logged_once_and_found_mended(world, caplog):
    world.finds = [MISSING, MISSING, FINE]
    with caplog.at_level(logging.ERROR):
        world.watch.look()
        assert world.watch.known() is MISSING
        world.clock.now += LOOK_AGAIN_AFTER_S + 1
        assert world.watch.known() is MISSING
        world.clock.now += LOOK_AGAIN_AFTER_S + 1
        assert world.watch.known() is FINE
    assert caplog.text.count("Encryption key bbbbbbbb is missing") == 1


def test_a_database_that_is_away_at_start_is_asked_later(world, caplog):
    world.finds = [DatabaseError("password=s3cret"), MISSING]
    assert world.watch.look() is None
    assert world.watch.refreshed() is None
    world.clock.now += LOOK_AGAIN_AFTER_S + 1
    assert world.watch.refreshed() is MISSING
    assert "s3cret" not in caplog.text


def test_ciphertexts_are_found_and_changed_anywhere_in_json():
    one, two = crypto.encrypt("one"), crypto.encrypt("two")
    value = {"secret": one, "codes": [two, "plain", 3, None], "k1": {"deep": "k1:"}}
    assert list(ciphertexts.ciphertexts_in(value)) == [one, two]
    changed = ciphertexts.replaced(value, str.upper)
    assert changed == {"secret": one.upper(), "codes": [two.upper(), "plain", 3, None], "k1": {"deep": "k1:"}}


def test_a_text_is_a_ciphertext_unless_it_is_empty():
    assert list(ciphertexts.ciphertexts_in("")) == []
    assert list(ciphertexts.ciphertexts_in("damaged")) == ["damaged"]
    assert ciphertexts.replaced("", str.upper) == ""


def test_when_a_ciphertext_was_written_is_told_without_its_key(time_machine):
    time_machine.move_to("2026-03-01T12:00:00Z", tick=False)
    assert crypto.written_at(crypto.encrypt("a")) == 1772366400
    assert crypto.written_at("k1:00000000:#") == 0
