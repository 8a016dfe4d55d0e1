from django.apps import AppConfig

from iotdash.lib import cards, nav


class DevicesConfig(AppConfig):
    name = "devices"

    def ready(self) -> None:
        from devices import facets
        from devices.bulk.tagging import TagJobs
        from devices.cards import CARD
        from devices.rest import errors
        from devices.services.diagnostics import forget_old
        from devices.services.tokens import redigest
        from devices.tags.facet import TagFacet
        from iotdash.runtime import jobs
        from iotdash.runtime.key_marks import register_redigest
        from iotdash.runtime.sweep import register_due_finder

        errors.register()
        register_due_finder("old diagnostics of devices", forget_old)
        cards.register(CARD)
        facets.register(TagFacet())
        jobs.register_kind(TagJobs())
        register_redigest("device tokens", redigest)
        nav.register(nav.NavEntry("Devices", "devices", "devices:list", order=10))
        nav.register(nav.NavEntry("Device types", "box", "devices:types", order=15))
