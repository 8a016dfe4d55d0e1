"""Where ciphertexts are kept: a registry of the columns that hold them, and how they are read and exchanged.

Whatever stores what `crypto.encrypt` gave registers its column in AppConfig.ready(), so that the key doctor counts it
and a rotation re-encrypts it. A JSON column may hold ciphertexts anywhere inside.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from iotdash.lib import crypto

_BATCH = 200


@dataclass(frozen=True)
class Holder:
    """A column with ciphertexts. `name` is what its rows are called, in the plural.

    `organization` is the lookup of the organization's primary key whose secrets they are; "" if they are nobody's.
    """

    name: str
    model: type[Model]
    field: str
    organization: str = ""

    @property
    def rows(self) -> QuerySet:
        """Every row, also those that the model's own manager hides."""
        return self.model._base_manager.all()


@dataclass(frozen=True)
class Stored:
    """The value of one row; `organization` is a primary key or None."""

    pk: Any
    value: Any
    organization: Any


_holders: dict[tuple[str, str], Holder] = {}


def register_ciphertexts(name: str, model: type[Model], field: str, organization: str = "") -> None:
    """Called from AppConfig.ready(); the same column again replaces the entry."""
    _holders[model._meta.label_lower, field] = Holder(name, model, field, organization)


def holders() -> list[Holder]:
    return list(_holders.values())


def stored(holder: Holder) -> Iterator[Stored]:
    """Every row with ciphertexts, in batches by primary key: rows that come and go meanwhile do no harm."""
    last: Any = None
    wanted = ["pk", holder.field, *filter(None, [holder.organization])]
    while True:
        later = holder.rows.filter(pk__gt=last) if last is not None else holder.rows
        batch = list(later.order_by("pk").values_list(*wanted)[:_BATCH])
        for pk, value, *organization in batch:
            if any(ciphertexts_in(value)):
                yield Stored(pk, value, organization[0] if organization else None)
        if len(batch) < _BATCH:
            return
        last = batch[-1][0]


def ciphertexts_in(value: Any) -> Iterator[str]:
    """A text is a ciphertext itself, unless empty; inside JSON every text that looks like one."""
    if isinstance(value, str):
        yield from [value] if value else []
        return
    found: list[str] = []
    _mapped(value, lambda text: found.append(text) or text)
    yield from found


def replaced(value: Any, change: Callable[[str], str]) -> Any:
    """The same value with every ciphertext changed."""
    return (change(value) if value else value) if isinstance(value, str) else _mapped(value, change)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _mapped(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [_mapped(each, change) for each in value]
    return change(value) if isinstance(value, str) and crypto.key_of(value) else value


def exchange(holder: Holder, row: Stored, value: Any) -> bool:
    """Puts `value` in the place of what was read. False, and nothing is written, if that is not there any more."""
    unchanged = holder.rows.filter(**{"pk": row.pk, holder.field: row.value})
    return bool(unchanged.update(**{holder.field: value}))
