"""Which extension configuration sends the mail of an organization: the oldest default one of a mail service."""

from django.db.models import Exists, OuterRef, QuerySet

from extensions.core import registry
from extensions.core.contract import Manifest
from extensions.core.models import ExtensionConfig

CAPABILITY = "mailers"


def manifests() -> list[Manifest]:
    """The mail services that are installed."""
    return [each for each in registry.manifests().values() if each.capability == CAPABILITY]


def present() -> QuerySet[ExtensionConfig]:
    """Every organization's, whether mail can be sent through it now or not."""
    mail = ExtensionConfig.objects.present().filter(is_default=True, slug__in=[each.slug for each in manifests()])
    older = mail.filter(organization=OuterRef("organization"), pk__lt=OuterRef("pk"))
    return mail.filter(~Exists(older)).select_related("organization", "lane")


def working() -> QuerySet[ExtensionConfig]:
    """Those through which mail is sent, as far as is known; the others' mail waits."""
    return present().callable()


def of(organization: str) -> ExtensionConfig | None:
    """`organization` is the public id."""
    return present().filter(organization__public_id=organization).first()


def organizations(configs: QuerySet[ExtensionConfig]) -> QuerySet:
    """Their public ids."""
    return configs.values("organization__public_id")
