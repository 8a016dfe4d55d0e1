"""The default world, what the manifest is offered, the page, and the sandbox as a process."""

import re
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from orange_sandbox_client import DIRECTORY, Malima

from extensions.core.contract import Fault
from extensions.orange.sandbox import State, running, sandbox, seed_default
from extensions.orange.sandbox.model import STATUSES
from extensions.orange.sandbox.numbers import iccid_of, luhn_digit, make_ssn
from extensions.orange.sandbox.seed import ACCOUNTS, MANAGER, NORTH_SIMS, SOUTHERN

ROOT = Path(__file__).resolve().parents[4]
MOMENT = datetime(2017, 3, 15, 10, tzinfo=UTC)
SERVE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from extensions.orange.sandbox import serve
serve(Path(sys.argv[1]), ready=lambda port: print(port, flush=True))
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with running(tmp_path_factory.mktemp("orange")) as started:
        seed_default(started.state)
        started.state.change_settings(rate_limit=0)
        yield started


@pytest.fixture(scope="module")
def sims(world):
    listed = [world.state.sim(make_ssn(number)) for number in range(1, NORTH_SIMS + 1)]
    assert all(listed)
    return listed


def test_serial_numbers_and_iccids_are_those_of_the_specification():
    assert make_ssn(1) == "9900000000010"
    assert iccid_of("9900000000010") == "89330199000000000120"
    assert all(luhn_digit(make_ssn(number)[:12]) == make_ssn(number)[12] for number in range(500))


def test_several_hundred_sims_in_every_state(sims):
    counted = Counter(sim.status for sim in sims)
    assert len(sims) > 300
    assert set(STATUSES) < set(counted)
    assert min(counted[status] for status in STATUSES) > 5
    assert len(set(counted) - set(STATUSES)) == 1


def test_locations_of_every_kind(sims):
    shown = {("located" if sim.located_at else "", sim.compatibility[:2]) for sim in sims}
    assert {("located", "11"), ("located", "01"), ("", "11"), ("", "01"), ("", "10"), ("", "00"), ("", "")} <= shown


def test_every_sim_has_puks_of_its_own(sims):
    assert len({sim.puk1 for sim in sims} | {sim.puk2 for sim in sims}) > 1.9 * len(sims)
    assert all(re.fullmatch(r"\d{8}", puk) for sim in sims for puk in (sim.puk1, sim.puk2))


def test_two_customers_do_not_see_each_other(world):
    north, south = (Malima(world.url, each.login, each.password) for each in (MANAGER, SOUTHERN))
    totals = [each.search().texts("d:totalResultsNumber")[0] for each in (north, south)]
    assert totals == ["420", "60"]
    assert south.get([make_ssn(1)]).texts("d:unknownLinesIdentifiers/c:simSerialNumber") == [make_ssn(1)]


def test_the_world_is_the_same_every_time(tmp_path):
    states = [State(tmp_path / name, clock=lambda: MOMENT) for name in ("a", "b")]
    for state in states:
        seed_default(state)
    one, other = ([state.sim(make_ssn(number)) for number in range(1, 50)] for state in states)
    assert one == other
    for state in states:
        state.close()


def test_what_the_manifest_is_offered(tmp_path):
    offered = sandbox()
    offered.seed(tmp_path)
    with running(tmp_path) as started:
        right = offered.settings(started.url)
        assert right["base_url"] == f"{started.url}/MLM/"
        assert Malima(started.url, right["username"], right["password"]).search().fault == ("", "")
        for wrong in offered.wrong_settings(started.url).values():
            answered = Malima(started.url, wrong["username"], wrong["password"]).post("")
            assert answered.status_code == 401
        for example in offered.examples(tmp_path).values():
            assert started.state.sim(example.part["serialnumber"])


def test_a_control_works_behind_the_service(tmp_path):
    offered = sandbox()
    offered.seed(tmp_path)
    control = offered.control(tmp_path)
    control.unlimited()
    with running(tmp_path) as started:
        malima = Malima(started.url, MANAGER.login, MANAGER.password)
        ssn = next(ssn for ssn, entry in malima.search("<d:simStatus>ACTIVATED</d:simStatus>").entries.items())
        ticket = malima.ticket([ssn], "SUSPENDED")
        assert control.performed() == 1
        control.advance(660)
        assert malima.outcome(ticket)[0] == "TERMINATED"
        control.fail(Fault.HTML)
        assert malima.post("").status_code == 502
        control.fail(Fault.EXPIRED_KEY)
        assert malima.post("").status_code == 401
        control.mend()
        control.reset()
        assert malima.get([ssn]).texts(".//c:status") == ["ACTIVATED"]
        assert control.performed() == 1
    control.close()


@pytest.mark.parametrize("fault", list(Fault))
def test_every_fault_of_the_contract_is_known(tmp_path, fault):
    control = sandbox().control(tmp_path)
    control.fail(fault)
    control.fail(fault)
    assert [each.kind for each in control.state.faults()] == [fault.value]
    control.mend()
    assert control.state.faults() == []
    control.close()


def page(url, path=""):
    return requests.get(f"{url}/{path}", timeout=20)


def test_the_page_tells_what_it_is_and_how_to_use_it(world):
    text = page(world.url).text
    for account in ACCOUNTS:
        assert account.login in text
        assert account.password in text
    assert f"{world.url}/MLM/" in text
    assert f'href="{world.url}/MLM/{DIRECTORY}?wsdl"' in text
    assert "<td>CEN-SOUTH</td>" in text


def test_the_page_works_under_a_strict_policy(world):
    reply = page(world.url)
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    for forbidden in ("<script", "style=", "onclick"):
        assert forbidden not in reply.text
    assert page(world.url, "_sandbox/style.css").headers["Content-Type"].startswith("text/css")


def form(started, path, **fields):
    reply = requests.post(f"{started.url}/_sandbox/{path}", data=fields, timeout=20, allow_redirects=False)
    return reply.status_code


def test_forms_turn_the_screws(world):
    assert form(world, "sims", ssn=make_ssn(4), status="SUSPENDED", how="request") == 303
    assert f"<td><code>{make_ssn(4)}</code></td><td>ACTIVATED</td><td>SUSPENDED</td>" in page(world.url).text
    assert form(world, "quota", customer_id="CEN-SOUTH", service=DIRECTORY) == 303
    assert "<td>1180</td><td>1180</td>" in page(world.url).text
    assert form(world, "quota", customer_id="CEN-SOUTH", service=DIRECTORY, used="0") == 303
    assert (
        form(world, "faults", kind="error", error_code="MLM_QUOTA_EXCEEDED", times="1", account="", seconds="") == 303
    )
    assert "Error code MLM_QUOTA_EXCEEDED" in page(world.url).text
    assert form(world, "faults/clear", id="") == 303
    assert form(world, "settings", waiting_s="1", api_version="1.13", tracking="no") == 303
    assert (world.state.settings.api_version, world.state.settings.tracking) == ("1.13", False)
    assert form(world, "settings", waiting_s="60", api_version="1.18", tracking="yes") == 303


@pytest.mark.parametrize(
    "values", [{"colour": "red"}, {"api_version": "2"}, {"rate_limit": -1}, {"tracking": "perhaps"}, {"work_s": "soon"}]
)
def test_settings_that_cannot_be(world, values):
    before = world.state.settings
    assert requests.post(f"{world.url}/_sandbox/settings", json=values, timeout=20).status_code == 422
    assert world.state.settings == before


def test_the_controls_answer_this_machine_only(world):
    for headers in ({"Host": "carrier.example"}, {"Origin": "https://elsewhere.example"}):
        assert requests.get(f"{world.url}/_sandbox/", headers=headers, timeout=20).status_code == 403


def test_what_callers_send_is_text(world):
    Malima(world.url, "<b>me", "x").post("")
    assert "&lt;b&gt;me" in page(world.url).text


def test_a_process_keeps_its_state_through_a_kill(tmp_path):
    def start():
        command = [sys.executable, "-c", SERVE, str(tmp_path)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        return process, f"http://127.0.0.1:{process.stdout.readline().strip()}"

    sandbox().seed(tmp_path)
    process, url = start()
    malima = Malima(url, MANAGER.login, MANAGER.password)
    ticket = malima.ticket([make_ssn(4)], "SUSPENDED")
    process.kill()
    process.communicate()
    process, url = start()
    malima = Malima(url, MANAGER.login, MANAGER.password)
    assert malima.outcome(ticket) == ("WAITING", {})
    assert malima.get([make_ssn(4)]).texts(".//c:requestedStatus") == ["SUSPENDED"]
    quotas = requests.get(f"{url}/_sandbox/", timeout=20).json()["quotas"]
    assert [each["used"] for each in quotas if each["customer_id"] == "CEN-NORTH"] == [1, 2]
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
