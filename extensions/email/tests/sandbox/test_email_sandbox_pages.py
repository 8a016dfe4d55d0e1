"""The inbox and the controls as a person and a test use them."""

import re
from html.parser import HTMLParser

import pytest
import requests
from sandbox_mail import NOW, mail_to, message_to

from extensions.email.sandbox.offer import FULL_KEY

INVITATION = "http://127.0.0.1:8000/invitations/eyJpIjoiMSJ9:abc-_1/"
NASTY = '<script>alert(1)</script><img src="http://example.com/x.png"><a href="{}">Join</a>'


def invite(sendgrid, address="new@example.org", **more):
    content = [
        {"type": "text/plain", "value": f"Join us at {INVITATION}. <b>Bye</b>"},
        {"type": "text/html", "value": NASTY.format(INVITATION)},
    ]
    assert sendgrid.send(mail_to(address, content=content, **more)).status_code == 202


class Elements(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def all(self, tag):
        return [attrs for name, attrs in self.found if name == tag]


def test_the_inbox_lists_the_newest_first(sendgrid, controls):
    assert "No message yet." in controls.get("/").text
    for number in range(3):
        invite(sendgrid, f"person{number}@example.org", subject=f"Number {number} <&>")
    page = controls.get("/").text
    assert re.findall(r"Number (\d) &lt;&amp;&gt;", page) == ["2", "1", "0"]
    assert "person1@example.org" in page


def test_the_inbox_is_searched_by_recipient(sendgrid, controls):
    for address in ("ada@example.org", "owen@example.org"):
        invite(sendgrid, address)
    page = controls.get("/?to=ADA@").text
    assert ("ada@example.org" in page, "owen@example.org" in page) == (True, False)
    assert [message["to"] for message in controls.inbox("owen")] == ["owen@example.org"]
    assert "No message to &lt;x&gt;." in controls.get("/?to=<x>").text


def test_a_long_inbox_has_pages(sendgrid, controls):
    people = [{"to": [{"email": f"p{number}@example.org"}]} for number in range(60)]
    sendgrid.send(mail_to(personalizations=people))
    first = controls.get("/").text
    older = re.search(r'href="(/\?before=\d+)"', first)[1]
    pages = re.findall(r">(p\d+@example.org)<", first + controls.get(older).text)
    assert pages == [f"p{number}@example.org" for number in reversed(range(60))]


def test_a_message_shows_its_parts_and_links_can_be_followed(sendgrid, controls):
    invite(sendgrid)
    page = controls.get(f"/messages/{controls.inbox()[0]['id']}")
    elements = Elements(page.text)
    assert INVITATION in [link["href"] for link in elements.all("a")]
    assert "&lt;b&gt;Bye&lt;/b&gt;" in page.text
    (frame,) = elements.all("iframe")
    assert frame["sandbox"].split() == ["allow-popups", "allow-popups-to-escape-sandbox"]
    assert elements.all("script") == []
    assert "processed" in page.text


def test_the_html_part_is_served_where_nothing_of_it_runs_or_loads(sendgrid, controls):
    invite(sendgrid)
    part = controls.get(f"/messages/{controls.inbox()[0]['id']}/html")
    policy = part.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'")
    assert "allow-scripts" not in policy
    assert [base["target"] for base in Elements(part.text).all("base")] == ["_blank"]
    assert INVITATION in part.text


def test_a_message_that_is_not_there_is_not_found(controls):
    assert {controls.get(f"/messages/{path}").status_code for path in ("7", "7/html", "x")} == {404}
    assert controls.get("/nowhere").status_code == 404


def test_the_page_of_controls_tells_how_an_extension_is_pointed_here(controls, sandbox, state):
    page = controls.get("/controls").text
    told = [sandbox.url, str(sandbox.ports.smtp), str(sandbox.ports.smtps), FULL_KEY.key, "mailer", "example.com"]
    assert [one for one in told if one not in page] == []
    assert state.identity.ca_pem in page
    assert state.identity.public_key in page
    assert controls.get("/_sandbox/webhook-key").text == state.identity.public_key
    assert controls.get("/_sandbox/ca.pem").text == state.identity.ca_pem


@pytest.mark.parametrize("path", ["/", "/controls"])
def test_pages_run_no_script_and_load_nothing_from_elsewhere(controls, path):
    reply = controls.get(path)
    policy = reply.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert not re.search(r"<script|\sstyle=|\son[a-z]+=", reply.text)


def test_every_form_of_the_page_works(controls, sandbox, state):
    def fill(path, /, **values):
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": sandbox.url}
        address = f"{sandbox.url}/_sandbox/{path}"
        reply = requests.post(address, data=values, headers=headers, allow_redirects=False, timeout=20)
        assert (path, reply.status_code) == (path, 303)

    fill("faults", kind="slow", path="*", seconds="1", times="", status="", words="", retry_after="")
    assert [(fault.kind, fault.seconds, fault.times) for fault in state.faults()] == [("slow", 1.0, None)]
    assert "Slow reply" in controls.get("/controls").text
    fill("faults/clear", id=str(state.faults()[0].id))
    assert state.faults() == []
    fill("scripts", recipient="a@example.org", answer="450 Wait", times="2")
    assert "450 Wait" in controls.get("/controls").text
    fill("scripts/clear")
    fill("settings", event_delay_s="3", webhook_duplicates="yes", latency_ms="0")
    assert (state.settings.event_delay_s, state.settings.webhook_duplicates) == (3.0, True)
    fill("settings", webhook_url="http://127.0.0.1:9/hook")
    fill("settings", webhook_url="")
    assert state.settings.webhook_url == ""
    fill("keys", name="full access", state="revoked")
    assert state.api_keys()[0].state == "revoked"
    fill("senders", name="unverified.example")
    fill("senders/forget", name="example.com")
    assert state.senders() == ["unverified.example"]
    fill("advance", seconds="60")
    assert state.now() == NOW + 60


def test_the_inbox_is_emptied_and_the_log_stays(mail_server, controls, state):
    mail_server.send_message(message_to())
    controls.post("messages/forget")
    assert (controls.inbox(), state.taken(), len(controls.get("/_sandbox/calls").json()["calls"])) == ([], 1, 1)


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("settings", {"colour": 1}),
        ("settings", {"latency_ms": "much"}),
        ("settings", {"webhook_forged": "perhaps"}),
        ("advance", {"seconds": -1}),
        ("keys", {"name": "nobody's", "state": "valid"}),
        ("keys", {"name": "full access", "state": "sleepy"}),
        ("senders", {"name": " "}),
        ("scripts", {"recipient": "", "answer": "try later"}),
        ("scripts", {"recipient": "", "answer": "450 line\nbreak"}),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(controls, path, values):
    reply = controls.post(path, **values)
    assert reply.status_code == 422
    assert reply.json()["error"].endswith(".")


def test_another_site_or_another_name_has_no_controls(sandbox):
    for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}):
        reply = requests.post(f"{sandbox.url}/_sandbox/faults", json={"kind": "hang"}, headers=headers, timeout=20)
        assert reply.status_code == 403
    assert sandbox.state.faults() == []
