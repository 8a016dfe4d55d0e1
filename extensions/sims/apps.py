from django.apps import AppConfig


class SimsConfig(AppConfig):
    name = "extensions.sims"
    label = "sims"
    verbose_name = "SIMs"

    def ready(self) -> None:
        from devices import facets
        from extensions.core import registry
        from extensions.sims import first_records, plans
        from extensions.sims.capability import SimCapability
        from extensions.sims.facet import SimFacet
        from iotdash.runtime.sweep import register_due_finder

        registry.register_capability(SimCapability())
        facets.register(SimFacet())
        register_due_finder("rate plans", plans.ask_where_due)
        register_due_finder("first records", first_records.ask_where_due)
