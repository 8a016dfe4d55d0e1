"""Checking a configuration's connection, and what is installed."""

from collections import Counter
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from extensions.core import queries, registry, secret_settings
from extensions.core.models import ConnectionCheck, ExtensionConfig
from extensions.core.rest import outcomes, waiting
from extensions.core.rest.configuration_answers import catalogue_entry, check_body
from extensions.core.rest.configurations import configuration_or_404
from extensions.core.services import connection_checks, operations
from iotdash.lib.crypto import CryptoError
from iotdash.lib.rest import problems
from iotdash.lib.rest.operations import operation
from iotdash.organizations.rest import OrganizationRestView
from iotdash.organizations.roles import MANAGE_EXTENSIONS


class CheckStored(OrganizationRestView):
    section = "Extensions"

    @operation(
        MANAGE_EXTENSIONS,
        "Check its connection. 202: the outcome will be at the address in Location.",
        name="checkExtension",
        answers={200: "ConnectionCheck", 202: "ConnectionCheck"},
        located=(200, 202),
    )
    def post(self, request: Request, config_id: int) -> Response:
        check = waiting.until_settled(self._asked(configuration_or_404(self, config_id)), self.caller.name)
        at = self.address("connection-check", check_id=check.public_id)
        return Response(check_body(check), status=200 if check.settled else 202, headers={"Location": at})

    def _asked(self, config: ExtensionConfig) -> ConnectionCheck:
        operations.require_allowance(config)
        try:
            settings = secret_settings.whole(config)
        except CryptoError as error:
            raise outcomes.unavailable(str(error)) from None
        return connection_checks.ask(self.organization, registry.manifest(config.slug), settings, self.source, config)


class CheckView(OrganizationRestView):
    section = "Extensions"

    @operation(
        MANAGE_EXTENSIONS,
        "What came of a check; it is forgotten after an hour",
        name="getConnectionCheck",
        answers={200: "ConnectionCheck"},
    )
    def get(self, request: Request, check_id: UUID) -> Response:
        found = queries.check_of(self.organization, check_id)
        if found is None:
            raise problems.not_found("This check is forgotten; checks are kept for an hour.")
        return Response(check_body(found))


class Catalogue(OrganizationRestView):
    section = "Extensions"

    @operation(
        MANAGE_EXTENSIONS,
        "Extensions that are installed, with the schemas of their settings",
        name="listInstalledExtensions",
        answers={200: "InstalledExtensionPage"},
        errors=(),
    )
    def get(self, request: Request) -> Response:
        present = Counter(queries.configurations(self.organization).values_list("slug", flat=True))
        entries = [catalogue_entry(manifest, present[slug]) for slug, manifest in registry.manifests().items()]
        return Response({"results": entries, "meta": {"total_rows": len(entries)}})
