"""How values and links look on the support pages."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import AdminSite
from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.text import capfirst

Links = list[tuple[str, str]]


def link(row: Model | None) -> SafeString | str:
    """A row's own page, by its name."""
    if row is None:
        return "none"
    return format_html('<a href="{}">{}</a>', page_of(row), row)


def page_of(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def list_of(model: type[Model], **exact: Any) -> str:
    """The list of a model, narrowed by lookups."""
    return f"{reverse(f'admin:{model._meta.app_label}_{model._meta.model_name}_changelist')}?{urlencode(exact)}"


def pointing_here(site: AdminSite, row: Model) -> Iterator[tuple[str, str]]:
    """(plural name, narrowed list) of everything registered that has a foreign key to this row."""
    for relation in row._meta.related_objects:
        model, field = relation.related_model, relation.field
        if site.is_registered(model) and not relation.many_to_many:
            value = getattr(row, field.target_field.attname)
            exact = {f"{field.name}__{field.target_field.name}__exact": value}
            yield capfirst(model._meta.verbose_name_plural), list_of(model, **exact)


def as_list(links: Links) -> SafeString:
    items = format_html_join("", '<li><a href="{1}">{0}</a></li>', links)
    return format_html('<ul class="see-also">{}</ul>', items)
