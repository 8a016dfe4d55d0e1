"""Walks every address, whichever app brought it: nobody forgets the decorator, opens a door, or shows another's things.

The table is made from the URL patterns and from what each view declares (`.action`, `.post_action`). The figures of
the last walk are in `build/walk.txt`.
"""

import logging
from itertools import product
from pathlib import Path as File

import pytest
from django.conf import settings

from extensions.core import lanes, registry, tasks
from extensions.core.contract import Inbound
from iotdash.organizations.roles import Action, Role
from tests.extensions import inbound_world, meterco
from tests.organizations.walk.judging import NOT_OFFERED, Walk, expected
from tests.organizations.walk.paths import PUBLIC, Path, all_paths
from tests.organizations.walk.people import (
    API_METHODS,
    FRAGMENT,
    METHODS,
    Person,
    Program,
    everybody,
    key_of_administrator,
    programs,
)
from tests.organizations.walk.world import EXTENSION, House, furnish

FIGURES = File(settings.BASE_DIR) / "build/walk.txt"
PATHS = all_paths()
BELOW = [path for path in PATHS if path.below_organization and path.name not in PUBLIC]
ELSEWHERE = [path for path in PATHS if path not in BELOW]
BY_KEY = [path for path in ELSEWHERE if path.by_key]
_SHOWN = "types type devices device logs log activity extensions extension sims sim operations operation"
SHOWN_BY_API = {f"organization-api:{name}" for name in _SHOWN.split()}
# None of those who walk is support staff.
ADMIN = {302, 403, 404, NOT_OFFERED}
ANYTHING = {*range(200, 500), 503}


def methods_of(path: Path) -> tuple[str, ...]:
    return API_METHODS if path.of_api else (*METHODS, FRAGMENT)


@pytest.fixture
def houses(db, monkeypatch, settings) -> tuple[House, House]:
    sends_by_itself = Inbound(inbound_world.parse, inbound_world.guide)
    manifest = meterco.manifest(meterco.Scripted(), inbound=sends_by_itself)
    monkeypatch.setitem(registry._manifests, EXTENSION, manifest)
    monkeypatch.setattr(tasks.run_lane, "apply_async", lambda args, countdown=None: None)
    monkeypatch.setattr(lanes.turn, "pause", lambda seconds: None)
    settings.IOTDASH_REST_PER_SECOND = settings.IOTDASH_REST_WAIT_SECONDS = 0
    settings.IOTDASH_REST_REFUSED_PER_MINUTE = 0
    # Thousands of refusals, each of which Django logs.
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)
    return furnish("abc123", "zqhere", "wkhere"), furnish("xyz789", "zqthere", "wkthere")


@pytest.fixture
def people(houses) -> list[Person]:
    return everybody(*houses)


def test_there_are_paths():
    names = {path.name for path in PATHS}
    assert {"organizations:overview", "devices:list", "extensions:list", "healthz", "profile", "admin:index"} <= names


@pytest.mark.parametrize("path", BELOW, ids=lambda path: path.name)
def test_every_view_declares_its_action(path):
    if path.of_api:
        offered = [getattr(path.of_api, method) for method in API_METHODS if path.offers(method)]
        assert offered
        assert all(isinstance(method.action, Action) for method in offered), f"{path.name} has an undeclared method"
        return
    action = getattr(path.view, "action", None)
    assert isinstance(action, Action), f"{path.name} is not wrapped in organization_view"


def test_every_part_of_an_address_has_a_sample(houses):
    for path in PATHS:
        assert path.address(houses[0]).startswith("/")


@pytest.mark.long
@pytest.mark.slow
def test_who_gets_how_far(houses, people):
    """Every path below an organization, as everybody, with its own things."""
    walk = Walk(*houses)
    for person, path in product(people, BELOW):
        for method in methods_of(path):
            walk.go(person, path, method, path.address(walk.house), expected(person, path, method))
    _settle(walk, "own things")
    assert {path.name for path in BELOW} - walk.answered == set(), "refuses GET and POST alike"
    pages = {path.name for path in BELOW if not path.of_api}
    seen = len(walk.shown & pages) > len(pages) / 2 and walk.shown >= SHOWN_BY_API
    assert seen, "what is planted is hardly seen by those who may: nor would a leak be"


def test_things_of_another_organization_are_not_there(houses, people):
    """As those who may everything in their own: each thing that a path names, and all of them, from the other one."""
    walk = Walk(*houses)
    administrator = people[0]
    for path in BELOW:
        for method, swapped in product(API_METHODS if path.of_api else METHODS, _swaps(path)):
            address = path.address(walk.house, swapped=swapped, other=walk.other)
            walk.go(administrator, path, method, address, {404, NOT_OFFERED})
    _settle(walk, "things of another organization")


def _swaps(path: Path) -> set[tuple[str, ...]]:
    bound = path.bound()
    return {(name,) for name in bound} | ({tuple(bound)} if bound else set())


@pytest.mark.long
@pytest.mark.slow
def test_how_far_keys_get(houses):
    """Every path of the API with keys, which tell the organization; and things of another one."""
    walk = Walk(*houses)
    walking = programs(walk.house)
    for program, path in product(walking, BY_KEY):
        for method in API_METHODS:
            walk.go(program, path, method, path.address(walk.house), expected(program, path, method))
    for path in BY_KEY:
        for method, swapped in product(API_METHODS, _swaps(path)):
            address = path.address(walk.house, swapped=swapped, other=walk.other)
            walk.go(walking[0], path, method, address, {404, NOT_OFFERED})
    _settle(walk, "with API keys")
    assert {path.name for path in BY_KEY} <= walk.answered


def test_a_key_of_another_organization_opens_nothing(houses):
    walk = Walk(*houses)
    elsewhere = Program(
        "key of another organization",
        walk.other.administrator,
        Role.ADMINISTRATOR,
        kept_out=True,
        home=walk.other,
        made=key_of_administrator(walk.other),
    )
    for path, method in product([each for each in BELOW if each.of_api], API_METHODS):
        walk.go(elsewhere, path, method, path.address(walk.house), {403})
    _settle(walk, "with a key of another organization")


@pytest.mark.long
@pytest.mark.slow
def test_pages_outside_organizations_show_none_of_them(houses, people):
    """Sign-in, profile, health, support, links and hooks."""
    walk = Walk(*houses)
    for person, path in product(people, ELSEWHERE):
        for method in API_METHODS if path.of_api else METHODS:
            walk.go(person, path, method, path.address(walk.house), _outside(person, path))
    _settle(walk, "outside organizations")


def _outside(person: Person, path: Path) -> set[int]:
    if path.name.startswith("admin:"):
        return ADMIN
    if path.name == "end_session":
        # It is told that this session, which is not its own, had ended already.
        return {302, NOT_OFFERED}
    if path.of_a_person():
        return {302, NOT_OFFERED} if person.user is None else {404, NOT_OFFERED}
    return ANYTHING


def _settle(walk: Walk, title: str) -> None:
    FIGURES.parent.mkdir(exist_ok=True)
    before = FIGURES.read_text().splitlines() if FIGURES.exists() else []
    lines = [line for line in before if not line.startswith(f"{title}:")]
    FIGURES.write_text("\n".join([*lines, walk.figures(title), ""]))
    assert not walk.leaks, "\n".join(walk.leaks)
    assert not walk.problems, "\n".join(walk.problems)
