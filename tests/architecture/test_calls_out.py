"""Nothing calls an outside service but through the lane of its account, and a sandbox knows nothing of our client."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture import house

# What opens a connection, by the last part of its name when it is called.
OPENERS = {
    *("create_connection", "open_connection", "open_socket", "conversation", "urlopen", "wrap_socket"),
    *("HTTPConnection", "HTTPSConnection", "PoolManager", "SMTP", "SMTP_SSL", "Session", "GuardedSession"),
}
# `module.function` of what is too common a word alone.
VERBS = {"get", "post", "put", "patch", "delete", "head", "options", "request"}
DOTTED = {f"requests.{verb}" for verb in VERBS} | {"socket.socket"}
# Folder or file → why it may.
MAY = {
    "iotdash/lib/outbound/": "the guard, through which everything goes",
    "extensions/core/lanes/turn.py": "the lane: a slot is taken for each call",
    "extensions/email/smtp_talk.py": "speaks over a socket that the lane opened",
    "iotdash/demo/": "looks on this machine whether its own processes and ports are there",
    "extensions/core/contract/sandboxing/": "stands in for services",
}


def opened(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, name) of each call that opens a connection."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in DOTTED or name.rpartition(".")[2] in OPENERS:
                yield node.lineno, name


def is_sandbox(path: Path) -> bool:
    return "sandbox" in path.relative_to(house.ROOT).parts


def test_only_lanes_call_out():
    files = [path for path in house.product_files() if not is_sandbox(path)]
    found = {house.name_of(path): list(opened(house.parsed(path))) for path in files}
    calling = {name: calls for name, calls in found.items() if calls}
    assert {name: calls for name, calls in calling.items() if not name.startswith(tuple(MAY))} == {}
    assert [place for place in MAY if not any(name.startswith(place) for name in calling)] == []


@pytest.mark.parametrize(
    ("code", "opens"),
    [
        ("requests.get(url)", True),
        ("requests.Session().post(url)", True),
        ("urllib.request.urlopen(url)", True),
        ("with smtplib.SMTP(host) as mail: pass", True),
        ("socket.create_connection((host, 443))", True),
        ("socket.socket().connect((host, 443))", True),
        ("GuardedSession(policy)", True),
        ("context.http.request('GET', url)", False),
        ("with context.connect(host, port) as line: pass", False),
        ("request.session.get('draft')", False),
        ("Session.objects.get(pk=1)", False),
    ],
)
def test_what_opens_a_connection_is_found(code, opens):
    assert bool(list(opened(ast.parse(code)))) == opens


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(house.parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def sandbox_files() -> list[Path]:
    """Of every sandbox that is a folder, and of its tests."""
    return [
        path
        for name in house.extension_folders()
        for folder in (f"extensions/{name}/sandbox", f"extensions/{name}/tests/sandbox")
        for path in (house.ROOT / folder).rglob("*.py")
    ]


def is_a_sandboxs(module: str, folder: str) -> bool:
    return f"{module}.".startswith((f"extensions.{folder}.sandbox.", "extensions.core.contract."))


def test_a_sandbox_and_its_tests_know_nothing_of_our_client():
    """Both are written from the specification: a mistake in one is found by the other."""
    files = sandbox_files()
    assert any("tests" in path.parts for path in files)
    found = [
        f"{house.name_of(path)}: {module}"
        for path in files
        for module in imports_of(path)
        if module.startswith("extensions.")
        if not is_a_sandboxs(module, path.relative_to(house.ROOT).parts[1])
    ]
    assert found == []
