"""The group of support staff who see everything and may set things going, but change nothing."""

from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db.models import Q

from iotdash.accounts.models import User
from iotdash.audit.services import Source, record

NAME = "Support"


def current() -> Group:
    """The group, with the rights of what is installed now: to see every list, and to run the actions of read-only ones.

    A right to "change" a read-only list is the right to run its actions; there is nothing to edit.
    """
    group, _ = Group.objects.get_or_create(name=NAME)
    group.permissions.set(Permission.objects.filter(_rights()))
    return group


def _rights() -> Q:
    rights = Q(pk__in=())
    for model, model_admin in admin.site._registry.items():
        names = [f"view_{model._meta.model_name}"]
        if hasattr(model_admin, "has_act_permission") and model_admin.actions:
            names.append(f"change_{model._meta.model_name}")
        rights |= Q(content_type__app_label=model._meta.app_label, codename__in=names)
    return rights


def admit(source: Source, person: User) -> None:
    """Makes somebody support staff. They set up their second factor when they first open the support pages."""
    person.is_staff = True
    person.save(update_fields=["is_staff"])
    person.groups.add(current())
    record(source, "made support staff", "person", person.email)
