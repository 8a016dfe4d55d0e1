"""`/extensions`: an organization's extension configurations. Secrets are only ever sent, never answered."""

from typing import Any

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from extensions.core import queries, registry, secret_settings
from extensions.core.contract import Manifest
from extensions.core.models import ExtensionConfig
from extensions.core.rest.configuration_answers import configuration_body
from extensions.core.rest.settings_given import merged
from extensions.core.services import configurations, connection_checks
from iotdash.lib.rest import filters, paging, problems
from iotdash.lib.rest.operations import PAGING, operation
from iotdash.organizations.rest import OrganizationRestView, idempotency
from iotdash.organizations.roles import MANAGE_EXTENSIONS, SEE

_SORTS = {"extension": "slug", "name": "name", "created": "created_at"}
_FILTERS = {"extension": filters.text("slug"), "name": filters.text("name")}


class Configurations(OrganizationRestView):
    section = "Extensions"

    @operation(
        SEE,
        "Extensions that are set up, with their health",
        name="listExtensions",
        answers={200: "ExtensionPage"},
        query=(*filters.described([*_FILTERS]), *PAGING),
        errors=(),
    )
    def get(self, request: Request) -> Response:
        query = request.query_params
        rows = queries.configurations(self.organization).filter(filters.where(query, _FILTERS))
        wanted = paging.asked(query, _SORTS, "slug")
        return Response(paging.page(rows, wanted, lambda found: [configuration_body(config) for config in found]))

    @operation(
        MANAGE_EXTENSIONS,
        "Set up an extension",
        name="addExtension",
        body="NewExtension",
        answers={201: "Extension"},
        located=(201,),
        once=True,
        errors=(409,),
    )
    def post(self, request: Request) -> Response:
        return idempotency.once(request, self.caller, self.given, self._added)

    def _added(self) -> Response:
        manifest = _manifest(self.given["extension"])
        settings = merged(manifest, {}, self.given["settings"])
        name = manifest.name if manifest.single else _name(self.given.get("name", manifest.name))
        try:
            config = configurations.add(self.organization, manifest, name, settings, self.source)
        except configurations.ConfigurationRefused as refusal:
            raise refused(self, refusal) from None
        _check_unproved(self, config, settings)
        at = self.address("extension", config_id=config.pk)
        return Response(configuration_body(_anew(config)), status=201, headers={"Location": at})


class ConfigurationView(OrganizationRestView):
    section = "Extensions"

    @operation(SEE, "An extension that is set up", name="getExtension", answers={200: "Extension"})
    def get(self, request: Request, config_id: int) -> Response:
        return Response(configuration_body(configuration_or_404(self, config_id)))

    @operation(
        MANAGE_EXTENSIONS,
        "Rename it, make it the default, change its settings; what is left out stays",
        name="updateExtension",
        body="ExtensionUpdate",
        answers={200: "Extension"},
        errors=(404, 409),
    )
    def put(self, request: Request, config_id: int) -> Response:
        config = configuration_or_404(self, config_id)
        try:
            with transaction.atomic():
                # What is left out stays as it is now, also when others change it at the same time.
                configurations.lock(config)
                self._change(config)
        except configurations.ConfigurationRefused as refusal:
            raise refused(self, refusal) from None
        return Response(configuration_body(_anew(config)))

    def _change(self, config: ExtensionConfig) -> None:
        if "settings" in self.given:
            self._change_settings(config)
        if self.given.get("name", config.name).strip() != config.name:
            configurations.rename(config, _name(self.given["name"]), self.source)
        default = self.given.get("default", config.is_default)
        if default and not config.is_default:
            configurations.make_default(config, self.source)
        elif config.is_default and not default:
            raise problems.conflict("It is the default. Make another one the default instead.")

    def _change_settings(self, config: ExtensionConfig) -> None:
        stored = secret_settings.readable(config)
        settings = merged(registry.manifest(config.slug), stored, self.given["settings"])
        if settings != stored:
            configurations.replace_settings(config, settings, self.source)
            _check_unproved(self, config, settings)

    @operation(
        MANAGE_EXTENSIONS,
        "Remove it: its secrets are erased, its history stays",
        name="removeExtension",
        answers={204: None},
    )
    def delete(self, request: Request, config_id: int) -> Response:
        configurations.remove(configuration_or_404(self, config_id), self.source)
        return Response(status=204)


class PauseView(OrganizationRestView):
    section = "Extensions"

    @operation(
        MANAGE_EXTENSIONS,
        "Ask its service nothing until it is resumed",
        name="pauseExtension",
        answers={200: "Extension"},
    )
    def post(self, request: Request, config_id: int) -> Response:
        config = configuration_or_404(self, config_id)
        configurations.pause(config, self.source)
        return Response(configuration_body(_anew(config)))


class ResumeView(OrganizationRestView):
    section = "Extensions"

    @operation(MANAGE_EXTENSIONS, "Ask its service again", name="resumeExtension", answers={200: "Extension"})
    def post(self, request: Request, config_id: int) -> Response:
        config = configuration_or_404(self, config_id)
        configurations.resume(config, self.source)
        return Response(configuration_body(_anew(config)))


def configuration_or_404(view: OrganizationRestView, config_id: int) -> ExtensionConfig:
    try:
        return queries.configuration(view.organization, config_id)
    except ExtensionConfig.DoesNotExist:
        raise problems.not_found("There is no such extension configuration.") from None


def refused(view: OrganizationRestView, refusal: configurations.ConfigurationRefused) -> problems.RestError:
    there = refusal.existing
    return problems.conflict(str(refusal), {"Location": view.address("extension", config_id=there.pk)} if there else {})


def _manifest(slug: str) -> Manifest:
    try:
        return registry.manifest(slug)
    except registry.UnknownExtension as error:
        raise problems.bad_value(f"extension: {error}", "extension") from None


def _name(text: str) -> str:
    if not text.strip():
        raise problems.bad_value("name: a name is needed.", "name")
    return text


def _check_unproved(view: OrganizationRestView, config: ExtensionConfig, settings: dict[str, Any]) -> None:
    """As the pages do: settings that nothing has proved are checked now, or when all is saved."""
    if config.proved_at is None:
        manifest = registry.manifest(config.slug)
        transaction.on_commit(lambda: connection_checks.ask(view.organization, manifest, settings, view.source, config))


def _anew(config: ExtensionConfig) -> ExtensionConfig:
    return queries.configuration(config.organization, config.pk)
