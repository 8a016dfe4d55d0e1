"""Rows from before carriers said what their overview is called."""

from importlib import import_module

from django.apps import apps

from extensions.core.models import Operation
from extensions.core.words import operation_title
from tests.extensions.asking import activate, ask

rename = import_module("extensions.sims.migrations.0016_operations_by_their_new_ids").rename


def test_what_was_asked_under_the_former_name_goes_on(target, source, provider, work, monkeypatch):
    asked, other = ask(target, source, "terminal"), activate(target, source)
    monkeypatch.setattr(type(provider), "overview", "sim")
    monkeypatch.setattr(type(provider), "supports", provider.supports | {"sim"})
    assert operation_title(Operation.objects.get(pk=asked.pk)) == "terminal"
    rename(apps, None)
    assert operation_title(Operation.objects.get(pk=asked.pk)) == "Refresh"
    assert Operation.objects.get(pk=other.pk).operation_id == "status"
    work()
    assert Operation.objects.get(pk=asked.pk).state == "confirmed"


def test_others_keep_their_name(target, source):
    asked = ask(target, source, "terminal")
    rename(apps, None)
    assert Operation.objects.get(pk=asked.pk).operation_id == "terminal"
