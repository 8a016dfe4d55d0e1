"""Push on the sandbox's page: where it goes, what devices do, pushes on request, and what became of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from extensions.core.contract.sandboxing.pages import code, empty_row, join, moment, options, part, row

from ..generators import make_key
from .events import EVENTS
from .model import BODIES, WAYS, Push, Rule

if TYPE_CHECKING:
    from ..state import State

_TEMPLATE = Path(__file__).parent / "page.html"
_SHOWN = 20


def section(state: State) -> Markup:
    rules = {rule.account_id: rule for rule in state.push_rules()}
    accounts = sorted({account.account_id for account in state.accounts()})
    return part(
        _TEMPLATE,
        rules=join(_form(account, rules.get(account)) for account in accounts),
        events=_same(EVENTS),
        ways=_same(WAYS),
        bodies=_same(BODIES),
        pushes=join(map(_push_row, state.pushes(_SHOWN))) or empty_row("No push yet.", 6),
    )


def _form(account_id: str, rule: Rule | None) -> Markup:
    known = rule or Rule(account_id, "", make_key(f"{account_id} push"))
    return Markup(
        '<form method="post" action="/_sandbox/push-rules" class="fields">'
        '<input type="hidden" name="account_id" value="{}">'
        '<label class="long">Account {}: post to (empty: nowhere)<input name="url" value="{}"></label>'
        '<label>Shared secret<input name="secret" value="{}"></label>'
        '<label>Body<select name="body">{}</select></label><button>Save rule</button></form>'
    ).format(account_id, account_id, known.url, known.secret, _same(BODIES, known.body))


def _push_row(push: Push) -> Markup:
    tried = f"{push.state}, {push.tries} tried" if push.tries else push.state
    return row(moment(push.made_at), push.event_type, code(push.iccid), push.way, tried, push.answer)


def _same(choices: object, chosen: str = "") -> Markup:
    return options({choice: choice for choice in choices}, chosen)
