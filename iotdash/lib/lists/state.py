"""The state of a list, all of it in the URL.

Parameters: `q` (search), `sort` (a column's name, `-` before it for descending), `columns` (names joined by
commas), `cursor`, `size`, and each filter under its own name. What the URL does not say has its default; what
it says wrongly is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode

from django.http import QueryDict

RESERVED = ("q", "sort", "columns", "cursor", "size")
SIZES = (25, 50, 100)
MAX_SEARCH = 200


class BadListQuery(ValueError):
    """The URL asks for something that the list does not have; answer with status 400 and this sentence."""


@dataclass(frozen=True)
class Column:
    """`default`: shown unless the URL names columns. `order_by`: the field to sort by, if not `name`."""

    name: str
    label: str
    sortable: bool = False
    default: bool = True
    order_by: str = ""


@dataclass(frozen=True)
class Filter:
    """`choices` ((value, label), …) bound the values; None allows any text. `many`: may be repeated."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...] | None = None
    many: bool = False


@dataclass(frozen=True)
class ListState:
    """What the URL says. `filters`: name -> chosen values; `columns`: names; `cursor`: "" on page one."""

    definition: "Definition"
    search: str
    filters: Mapping[str, tuple[str, ...]]
    sort: str
    columns: tuple[str, ...]
    cursor: str
    size: int

    @classmethod
    def from_query(
        cls,
        query: QueryDict,
        columns: Sequence[Column],
        filters: Sequence[Filter] = (),
        *,
        default_sort: str,
        default_size: int = 50,
        extra: Sequence[str] = (),
    ) -> Self:
        """Read the query; raises BadListQuery. `extra`: names of parameters that belong to somebody else."""
        definition = Definition(tuple(columns), tuple(filters), default_sort, default_size)
        _refuse_unknown(query, definition, extra)
        return cls(
            definition,
            search=_search(query),
            filters={each.name: values for each in filters if (values := _filter_values(query, each))},
            sort=_sort(query, definition),
            columns=_columns(query, definition),
            cursor=_single(query, "cursor"),
            size=_size(query, definition),
        )

    @property
    def order_by(self) -> str:
        """The field to sort by, `-` before it for descending."""
        name = self.sort.removeprefix("-")
        column = self.definition.column(name)
        field = column.order_by if column and column.order_by else name
        return f"-{field}" if self.sort.startswith("-") else field

    @property
    def shown(self) -> list[Column]:
        """The columns shown, in the order of the definition."""
        return [column for column in self.definition.columns if column.name in self.columns]

    def value(self, name: str) -> str:
        """The chosen value of a filter, or ""."""
        return next(iter(self.filters.get(name, ())), "")

    def query(self, **changes: Any) -> str:
        """The query string ("?…", or "?" for the plain list) of this state with changes.

        Names: search, sort, columns, cursor, size, or a filter's (a text, several, or None to drop it).
        Whatever changes but the cursor goes back to page one.
        """
        return f"?{urlencode(self._changed(changes)._parameters())}"

    def sort_query(self, name: str) -> str:
        """The query string behind a column's heading: sort by it, or turn the direction around."""
        return self.query(sort=f"-{name}" if self.sort == name else name)

    def parameters(self) -> list[tuple[str, str]]:
        """(name, value) pairs without cursor, for the hidden inputs of a form."""
        return self._changed({"cursor": ""})._parameters()

    def _changed(self, changes: dict[str, Any]) -> "ListState":
        own = {name: changes[name] for name in changes if name in _OWN}
        filters = dict(self.filters)
        for name in changes.keys() - own.keys():
            if name not in {each.name for each in self.definition.filters}:
                raise TypeError(f"This list has no filter {name!r}.")
            filters[name] = _as_tuple(changes[name])
        own.setdefault("cursor", "")
        if "columns" in own:
            own["columns"] = tuple(own["columns"] or self.definition.default_columns)
        return replace(self, **own, filters={name: values for name, values in filters.items() if values})

    def _parameters(self) -> list[tuple[str, str]]:
        definition = self.definition
        pairs = [("q", self.search)] if self.search else []
        pairs += [(each.name, value) for each in definition.filters for value in self.filters.get(each.name, ())]
        if self.sort != definition.default_sort:
            pairs.append(("sort", self.sort))
        if self.columns != definition.default_columns:
            pairs.append(("columns", ",".join(self.columns)))
        if self.size != definition.default_size:
            pairs.append(("size", str(self.size)))
        return [*pairs, ("cursor", self.cursor)] if self.cursor else pairs


_OWN = ("search", "sort", "columns", "cursor", "size")


def in_words(query: str) -> str:
    """What the query of a list asks of its rows, to be read: "state: Activated, a search".

    What was searched for may be a number that not everybody who reads this may see.
    """
    asked = [(name, value) for name, value in parse_qsl(query) if name == "q" or name not in RESERVED]
    return ", ".join("a search" if name == "q" else f"{name.replace('_', ' ')}: {value}" for name, value in asked)


@dataclass(frozen=True)
class Definition:
    """What a list can do."""

    columns: tuple[Column, ...]
    filters: tuple[Filter, ...]
    default_sort: str
    default_size: int

    @property
    def default_columns(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.default)

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


def _refuse_unknown(query: QueryDict, definition: Definition, extra: Sequence[str]) -> None:
    known = {*RESERVED, *extra, *(each.name for each in definition.filters)}
    unknown = next((name for name in query if name not in known), None)
    if unknown is not None:
        raise BadListQuery(f"This list has no filter “{unknown}”.")


def _single(query: QueryDict, name: str) -> str:
    values = query.getlist(name)
    if len(values) > 1:
        raise BadListQuery(f"“{name}” is given more than once.")
    if values and "\x00" in values[0]:
        raise BadListQuery(f"“{name}” holds a character that is not text.")
    return values[0] if values else ""


def _search(query: QueryDict) -> str:
    text = _single(query, "q").strip()
    if len(text) > MAX_SEARCH:
        raise BadListQuery(f"A search has at most {MAX_SEARCH} characters.")
    return text


def _filter_values(query: QueryDict, wanted: Filter) -> tuple[str, ...]:
    values = tuple(value for value in query.getlist(wanted.name) if value)
    if not wanted.many:
        values = tuple(value for value in (_single(query, wanted.name),) if value)
    allowed = None if wanted.choices is None else {value for value, _ in wanted.choices}
    for value in values:
        if "\x00" in value or (allowed is not None and value not in allowed):
            raise BadListQuery(f"“{value}” is not a value of the filter “{wanted.label}”.")
    return values


def _sort(query: QueryDict, definition: Definition) -> str:
    sort = _single(query, "sort")
    if not sort:
        return definition.default_sort
    column = definition.column(sort.removeprefix("-"))
    if not column or not column.sortable:
        raise BadListQuery(f"This list cannot be sorted by “{sort.removeprefix('-')}”.")
    return sort


def _columns(query: QueryDict, definition: Definition) -> tuple[str, ...]:
    # A form of check boxes repeats the name, a link joins with commas; both are the same state.
    chosen = [name for value in query.getlist("columns") for name in value.split(",") if name]
    unknown = next((name for name in chosen if not definition.column(name)), None)
    if unknown is not None:
        raise BadListQuery(f"This list has no column “{unknown}”.")
    ordered = tuple(column.name for column in definition.columns if column.name in chosen)
    return ordered or definition.default_columns


def _size(query: QueryDict, definition: Definition) -> int:
    text = _single(query, "size")
    sizes = {str(size): size for size in (*SIZES, definition.default_size)}
    if text and text not in sizes:
        raise BadListQuery(f"A page has {', '.join(map(str, SIZES))} rows, not “{text}”.")
    return sizes[text] if text else definition.default_size


def _as_tuple(value: Any) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    return (value,) if isinstance(value, str) else tuple(str(each) for each in value)
