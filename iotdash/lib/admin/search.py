"""Search that stays fast: by the beginning of indexed columns, by the whole of others, narrowed by an organization.

The notation is Django's: `^column` is a beginning, `=column` the whole value, a bare name a part of it, and
`=relation__column` narrows: "abc123 pump-0" finds devices that begin with pump-0 in the organization abc123.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst

from iotdash.lib.admin import lookups  # noqa: F401  registers startswith_indexed
from iotdash.lib.admin.showing import page_of

SHOWN = 10


@dataclass(frozen=True)
class Group:
    """What one list has for a search: `results` are (name, what it is of, address), at most ten of them."""

    plural: str
    results: list[tuple[str, str, str]]
    more: bool
    list_url: str


def find(model_admin: ModelAdmin, request: HttpRequest, rows: QuerySet, text: str) -> QuerySet:
    """The rows that every word of `text` fits."""
    specs = model_admin.get_search_fields(request)
    # No column holds the null character, and PostgreSQL refuses to be asked for it.
    for word in model_admin.as_stored(text.replace("\x00", "")).split():
        narrowing = _narrowing(model_admin.model, specs, word)
        rows = rows.filter(narrowing if narrowing is not None else _own(model_admin.model, specs, word))
    return rows


def _narrowing(model: type[Model], specs: list[str], word: str) -> Q | None:
    """Rows of whatever `=relation__column` names, looked up first: an OR over two tables reads both whole."""
    for spec in specs:
        if spec[0] == "=" and "__" in spec:
            relation, column = spec[1:].split("__", 1)
            target = model._meta.get_field(relation).related_model
            found = list(target._default_manager.filter(**{column: word}).values_list("pk", flat=True)[:1])
            if found:
                return Q(**{relation: found[0]})
    return None


def _own(model: type[Model], specs: list[str], word: str) -> Q:
    """Any of the columns fits; nothing does when a word can be none of their values."""
    fitting = Q(pk__in=())
    for spec in specs:
        name = spec.lstrip("^=")
        if "__" not in name:
            fitting |= _fits(model._meta.get_field(name), spec, word)
    return fitting


def _fits(field: Field, spec: str, word: str) -> Q:
    if spec[0] == "^":
        return Q(**{f"{field.name}__startswith_indexed": word})
    if spec[0] != "=":
        return Q(**{f"{field.name}__icontains": word})
    try:
        return Q(**{field.name: field.to_python(word)})
    except ValidationError:
        return Q(pk__in=())


def everywhere(site: AdminSite, request: HttpRequest, text: str) -> list[Group]:
    """One group per list that is searched everywhere and has something; [] for an empty text."""
    if not text.replace("\x00", "").strip():
        return []
    groups = [_group(each, request, text) for each in _searched(site, request)]
    return [group for group in groups if group.results]


def _group(model_admin: ModelAdmin, request: HttpRequest, text: str) -> Group:
    rows = find(model_admin, request, model_admin.model._default_manager.all(), text)
    related = model_admin.list_select_related or ()
    found = list(rows.select_related(*related).order_by()[: SHOWN + 1])
    results = [(str(row), model_admin.found_of(row), page_of(row)) for row in found[:SHOWN]]
    return Group(
        str(model_admin.model._meta.verbose_name_plural), results, len(found) > SHOWN, model_admin.list_url(text)
    )


def in_words(site: AdminSite, request: HttpRequest) -> list[tuple[str, str]]:
    """(list, what of it is searched), for the page to say."""
    return [(capfirst(each.model._meta.verbose_name_plural), described(each)) for each in _searched(site, request)]


def described(model_admin: ModelAdmin) -> str:
    """`beginning of device ID, of serial number; whole organization id`."""
    by_kind: dict[str, list[str]] = {"^": [], "=": [], "": []}
    for spec in model_admin.search_fields:
        kind = spec[0] if spec[0] in "^=" else ""
        by_kind[kind].append(_label(model_admin.model, spec.lstrip("^=")))
    words = {"^": "beginning of", "=": "whole", "": "part of"}
    return "; ".join(f"{words[kind]} {', '.join(names)}" for kind, names in by_kind.items() if names)


def _label(model: type[Model], path: str) -> str:
    """Verbose name of a column, with its table's where that is another one."""
    name, _, rest = path.partition("__")
    field: Any = model._meta.get_field(name)
    if not rest:
        return str(field.verbose_name)
    related = _label(field.related_model, rest)
    return related if related.startswith(f"{field.verbose_name} ") else f"{field.verbose_name} {related}"


def _searched(site: AdminSite, request: HttpRequest) -> Iterator[ModelAdmin]:
    """In the order they declare, of those whose list this person may see."""
    declared = [each for each in site._registry.values() if getattr(each, "searched_everywhere", 0)]
    return (
        each
        for each in sorted(declared, key=lambda each: each.searched_everywhere)
        if each.has_view_permission(request)
    )
