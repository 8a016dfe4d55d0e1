from django.apps import AppConfig

from iotdash.lib import cards, nav


class DevicesConfig(AppConfig):
    name = "devices"

    def ready(self) -> None:
        from devices.cards import CARD
        from devices.importing import jobs as imports
        from devices.importing.services import forget_old as forget_old_imports
        from devices.rest import errors
        from devices.services.diagnostics import forget_old
        from devices.services.tokens import redigest
        from iotdash.runtime.key_marks import register_redigest
        from iotdash.runtime.sweep import register_due_finder

        errors.register()
        register_due_finder("old diagnostics of devices", forget_old)
        register_due_finder("imports of devices", forget_old_imports)
        imports.register()
        cards.register(CARD)
        _register_list()
        register_redigest("device tokens", redigest)
        nav.register(nav.NavEntry("Devices", "devices", "devices:list", order=10, also=("devices:tags",)))
        nav.register(nav.NavEntry("Device types", "box", "devices:types", order=15))


def _register_list() -> None:
    """Tags, and what else the list of devices has: what is done with many of them, saved views."""
    from devices import documents, facets
    from devices.bulk import selection, tagging
    from devices.listing.devices import state_for
    from devices.tags.document import TagsDocument
    from devices.tags.facet import TagFacet
    from iotdash.organizations.jobs import again
    from iotdash.organizations.saved_views import pages
    from iotdash.runtime import jobs

    facets.register(TagFacet())
    documents.register(TagsDocument())
    jobs.register_kind(tagging.TagJobs())
    again.register(tagging.KIND, selection.PAGE)
    pages.register(pages.ListPage("devices", "Devices", "devices:list", state_for))
