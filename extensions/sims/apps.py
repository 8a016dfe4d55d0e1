from django.apps import AppConfig


class SimsConfig(AppConfig):
    name = "extensions.sims"
    label = "sims"
    verbose_name = "SIMs"

    def ready(self) -> None:
        from devices import facets
        from extensions.core import registry
        from extensions.sims import alerts, overview_cards, pages
        from extensions.sims.capability import SimCapability
        from extensions.sims.facet import SimFacet
        from extensions.sims.reconciling import registering
        from extensions.sims.rest import device
        from iotdash.lib import cards

        registry.register_capability(SimCapability())
        facets.register(SimFacet())
        pages.register()
        alerts.register()
        _register_lists()
        registering.register()
        device.register()
        cards.register(overview_cards.CARD)
        _register_what_runs()


def _register_what_runs() -> None:
    from extensions.core import lanes
    from extensions.sims import first_records, plans, state_changes, usage_days
    from extensions.sims.bulk import operating, refreshing
    from extensions.sims.sync import reported, reports, sources
    from iotdash.runtime.jobs import register_kind
    from iotdash.runtime.sweep import register_due_finder

    register_kind(operating.SimJobs())
    register_kind(refreshing.RefreshJobs())
    lanes.register_source(refreshing.source, lanes.Purpose.JOBS)
    lanes.register_source(reported.source, lanes.Purpose.BACKGROUND)
    lanes.register_source(sources.lists, lanes.Purpose.SYNC)
    lanes.register_source(sources.usage, lanes.Purpose.USAGE)
    register_due_finder("days of usage", usage_days.forget_old)
    register_due_finder("changes of state", state_changes.forget_old)
    register_due_finder("reported SIMs", reports.forget_old)
    register_due_finder("rate plans", plans.ask_where_due)
    register_due_finder("first records", first_records.ask_where_due)


def _register_lists() -> None:
    """What can be done with lists: of devices for their SIMs, and of SIMs."""
    from devices.bulk import actions
    from extensions.core import jobs
    from extensions.sims import bulk
    from extensions.sims.bulk import refreshing, selection
    from extensions.sims.inventory.listing import state_for
    from iotdash.organizations.jobs import again
    from iotdash.organizations.saved_views import pages

    actions.register(bulk.OF_DEVICES)
    for kind in (jobs.KIND, refreshing.KIND):
        again.register(kind, selection.PAGE)
    pages.register(pages.ListPage("sims", "SIMs", "sims:list", state_for))
