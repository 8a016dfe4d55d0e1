"""The second run of the tests: on real servers, or visibly not at all."""

import pytest

from tests.demo import on_servers, servers


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_without_servers_it_is_skipped_visibly_and_fails_in_ci(monkeypatch, capfd, ci, code):
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(servers, "_postgresql_binaries", lambda: servers._missing("PostgreSQL"))
    assert on_servers.run("-c", "pass") == code
    assert "PostgreSQL is not installed." in capfd.readouterr().err


@pytest.mark.servers
@pytest.mark.slow
def test_the_command_finds_both_servers_and_its_exit_code_counts():
    asked = "import os, sys; sys.exit(7 if 'DATABASE_URL' in os.environ and 'REDIS_URL' in os.environ else 1)"
    assert on_servers.run("-c", asked) == 7
