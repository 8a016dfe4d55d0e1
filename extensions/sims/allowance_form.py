"""The form of a configuration's allowances: a field for each rate plan."""

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from extensions.sims.allowances import Plan
from extensions.sims.units import BYTES_PER_MB

MOST_MB = 100_000_000
_WORDS = "Type an amount in MB, as 500 or 0.5; 0 if the plan includes none."


class AllowancesForm(forms.Form):
    """What somebody else changed meanwhile is kept: only what differs from what this page showed counts as changed."""

    def __init__(self, plans: Sequence[Plan], data: Any = None) -> None:
        super().__init__(data)
        self._plans = plans
        self._plan_of = {_name(plan): plan.name for plan in plans}
        self.fields |= {_name(plan): _field(plan) for plan in plans}

    @property
    def rows(self) -> list[tuple[Plan, forms.BoundField]]:
        """Each plan with its field."""
        return [(plan, self[_name(plan)]) for plan in self._plans]

    @property
    def changes(self) -> dict[str, int | None]:
        """Plan → bytes, None for an emptied field; of those that were changed."""
        return {self._plan_of[name]: _bytes(self.cleaned_data[name]) for name in self.changed_data}


def _name(plan: Plan) -> str:
    """The same for a plan however the list changes meanwhile."""
    return f"plan_{hashlib.sha256(plan.name.encode()).hexdigest()[:16]}"


def _field(plan: Plan) -> forms.DecimalField:
    amount = {"min_value": 0, "max_value": MOST_MB, "max_digits": 12, "decimal_places": 3}
    wrong = dict.fromkeys(("invalid", "min_value", "max_value", "max_digits", "max_decimal_places"), _WORDS)
    return forms.DecimalField(
        **amount,
        label=plan.name,
        required=False,
        initial=None if plan.included is None else _megabytes(plan.included),
        error_messages=wrong | {"max_whole_digits": _WORDS},
        show_hidden_initial=True,
    )


def _megabytes(included: int) -> Decimal:
    amount = (Decimal(included) / BYTES_PER_MB).quantize(Decimal("0.001")).normalize()
    return Decimal(f"{amount:f}")


def _bytes(amount: Decimal | None) -> int | None:
    return None if amount is None else round(amount * BYTES_PER_MB)
