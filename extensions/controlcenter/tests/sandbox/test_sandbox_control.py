"""The sandbox's own surface: JSON for tests, a page for people."""

import re

import pytest
import requests

ACTIVE = "8988200000000000014"


def form(sandbox, path, /, **fields):
    return requests.post(f"{sandbox.url}/_sandbox/{path}", data=fields, timeout=20, allow_redirects=False)


def page(sandbox):
    return requests.get(sandbox.url, timeout=20)


def test_summary(controls):
    summary = controls.call("GET", "").json()
    assert summary["now"] == "2017-03-15T10:00:00+00:00"
    assert [account["username"] for account in summary["accounts"]] == ["admin", "editor", "reader", "west"]
    assert summary["sims"] == {"ACTIVATED": 4, "DEACTIVATED": 1, "INVENTORY": 1}
    assert summary["settings"]["sms_delay_s"] == 5
    assert summary["faults"] == []
    assert "key-editor" not in str(summary)


def test_calls_after_an_id(carrier, controls):
    carrier.get("/echo/a?fields=context")
    carrier.get("/echo/b")
    first, second = controls.call("GET", "calls").json()["calls"]
    assert (first["path"], first["parameters"]) == ("/rws/api/v1/echo/a", {"fields": "context"})
    assert (first["transport"], first["account"], first["status"]) == ("rest", "editor", 200)
    assert controls.call("GET", f"calls?after={first['id']}").json()["calls"] == [second]
    assert controls.call("GET", "calls?last=1").json()["calls"] == [second]
    assert "key-editor" not in str(controls.call("GET", "calls").json())


def test_advance_moves_the_clock_forward_only(controls):
    assert controls.post("advance", seconds=60).json() == {"now": "2017-03-15T10:01:00+00:00"}
    for seconds in (-1, "soon", "nan", "inf"):
        assert controls.post("advance", seconds=seconds).status_code == 422
    assert controls.call("GET", "").json()["now"] == "2017-03-15T10:01:00+00:00"


@pytest.mark.parametrize(
    "values",
    [
        {"colour": "red"},
        {"latency_ms": -1},
        {"rate_limit": "many"},
        {"sms_id_key": "id"},
        {"transitions": {"ASLEEP": []}},
        {"transitions": {"ACTIVATED": "RETIRED"}},
        {"transitions": 1},
        {"expire_key": "nobody"},
        {"new_api_key": {"username": "nobody"}},
    ],
)
def test_settings_that_cannot_be(controls, values):
    before = controls.call("GET", "").json()
    reply = controls.post("settings", **values)
    assert reply.status_code == 422
    assert reply.json()["error"].endswith(".")
    assert controls.call("GET", "").json() == before


def test_a_sim_can_be_changed_behind_the_api(carrier, controls):
    reply = controls.call("PUT", f"sims/{ACTIVE}", {"status": "PURGED", "imei": "35", "overage_limit_reached": True})
    assert reply.json()["status"] == "PURGED"
    assert carrier.device(ACTIVE)["imei"] == "35"
    assert carrier.device(ACTIVE)["dateUpdated"] == "2017-03-15 10:00:00.000+0000"
    assert carrier.get(f"/devices/{ACTIVE}/ctdUsages").json()["overageLimitReached"] is True
    assert controls.call("GET", f"sims/{ACTIVE}").json()["status"] == "PURGED"


@pytest.mark.parametrize(
    "values",
    [
        {"status": "ASLEEP"},
        {"suspended": "maybe"},
        {"offline": "yes"},
        {"iccid": "1"},
        {"located_at": "now"},
        {"imei": 5},
    ],
)
def test_sims_that_cannot_be(controls, values):
    assert controls.call("PUT", f"sims/{ACTIVE}", values).status_code == 422


def test_a_sim_that_is_not_there(controls):
    assert controls.call("GET", "sims/1").status_code == 404
    assert controls.call("PUT", "sims/1", {"offline": True}).status_code == 422


def test_bodies_that_are_not_json(sandbox):
    reply = requests.post(f"{sandbox.url}/_sandbox/faults", data="kind: html", timeout=20)
    assert reply.status_code == 422


def test_the_page_tells_what_it_is_and_how_to_use_it(sandbox, carrier):
    carrier.edit(ACTIVE, status="DEACTIVATED")
    text = page(sandbox).text
    for expected in (sandbox.url, "editor", "key-editor", "Asia/Singapore"):
        assert expected in text
    assert f"/rws/api/v1/devices/{ACTIVE}" in text
    assert "status → DEACTIVATED" in text
    assert "<td>INVENTORY</td><td>1</td><td><code>8988200000000000030</code></td>" in text


def test_the_page_works_under_a_strict_policy(sandbox):
    reply = page(sandbox)
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    assert "<script" not in reply.text
    assert "style=" not in reply.text
    assert "onclick" not in reply.text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', reply.text)
    assert requests.get(f"{sandbox.url}/_sandbox/style.css", timeout=20).status_code == 200


def test_the_page_shows_what_callers_send_as_text(sandbox):
    requests.get(f"{sandbox.url}/rws/api/v1/echo/<script>", auth=("<b>me", "k"), timeout=20)
    assert "<script" not in page(sandbox).text
    assert "&lt;b&gt;me" in page(sandbox).text


def test_forms_set_and_clear_faults(sandbox, carrier):
    fields = {"kind": "html", "account": "", "path": "*", "method": "", "seconds": "", "times": "1", "error_code": ""}
    reply = form(sandbox, "faults", **fields)
    assert (reply.status_code, reply.headers["Location"]) == (303, "/")
    assert "1 more" in page(sandbox).text
    form(sandbox, "faults/clear", id=sandbox.state.faults()[0].id)
    assert sandbox.state.faults() == []
    form(sandbox, "faults", **fields)
    form(sandbox, "faults/clear")
    assert carrier.get("/echo/x").status_code == 200


def test_forms_turn_the_other_screws(sandbox, carrier):
    form(sandbox, "settings", latency_ms="0", rate_limit="3", sms_id_key="smsMsgId", state_delay_s="1.5")
    assert (sandbox.state.settings.rate_limit, sandbox.state.settings.state_delay_s) == (3, 1.5)
    form(sandbox, "advance", seconds="3600")
    assert sandbox.state.settings.clock_offset_s == 3600
    form(sandbox, "settings", expire_key="editor")
    assert carrier.get("/echo/x").status_code == 401
    assert "<td>expired</td>" in page(sandbox).text
    form(sandbox, "settings", new_api_key="editor")
    assert "<td>expired</td>" not in page(sandbox).text


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_other_sites_cannot_turn_the_screws(sandbox, headers):
    reply = requests.post(f"{sandbox.url}/_sandbox/faults", json={"kind": "html"}, headers=headers, timeout=20)
    assert reply.status_code == 403
    assert sandbox.state.faults() == []


def test_unknown_control(controls):
    assert controls.call("GET", "nothing").status_code == 404
    assert controls.call("PUT", "faults", {}).status_code == 405
