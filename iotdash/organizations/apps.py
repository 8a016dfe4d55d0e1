from django.apps import AppConfig

from iotdash.lib import cards, nav
from iotdash.lib.ciphertexts import register_ciphertexts


class OrganizationsConfig(AppConfig):
    name = "iotdash.organizations"
    label = "organizations"

    def ready(self) -> None:
        from iotdash.organizations import checks  # noqa: F401  registers the system check
        from iotdash.organizations.activity import recent_activity
        from iotdash.organizations.invitations import cards as invitation_cards
        from iotdash.organizations.keys.tokens import redigest
        from iotdash.organizations.roles import MANAGE_KEYS
        from iotdash.runtime import key_marks

        for entry in (
            nav.NavEntry("Overview", "layout-dashboard", "organizations:overview", 0),
            nav.NavEntry("Alerts", "bell", "organizations:alerts", 70),
            nav.NavEntry("Jobs", "checklist", "organizations:jobs", 75),
            nav.NavEntry("Members", "users", "organizations:members", 80),
            nav.NavEntry("API keys", "key", "organizations:api_keys", 83, MANAGE_KEYS.least_role),
            nav.NavEntry("REST API", "api", "organizations:api_reference", 84),
            nav.NavEntry("Activity", "history", "organizations:activity", 85),
            nav.NavEntry("Settings", "settings", "organizations:settings", 90),
        ):
            nav.register(entry)
        cards.register(cards.Card("recent-activity", 90, recent_activity))
        cards.register(invitation_cards.CARD)
        key_marks.register_redigest("API keys", redigest)
        register_ciphertexts("answers of the API", self.get_model("KeptAnswer"), "answer", "organization_id")
        _register_what_runs()


def _register_what_runs() -> None:
    from iotdash.organizations.alerts import composing, conditions, failed_jobs, keeping, messages, telling
    from iotdash.organizations.invitations import composing as invitations
    from iotdash.organizations.invitations import limits
    from iotdash.organizations.invitations.importing.services import forget_old
    from iotdash.organizations.jobs import permission
    from iotdash.organizations.rest import idempotency
    from iotdash.runtime import jobs, outbox
    from iotdash.runtime.sweep import register_due_finder

    _register_lists()
    jobs.register_permission(permission.why_not)
    outbox.register_composer(limits.KIND, invitations.compose)
    outbox.register_composer(telling.KIND, composing.compose)
    conditions.register(failed_jobs.JobFailed())
    register_due_finder("alert rules", messages.send_due)
    register_due_finder("old alerts", keeping.forget_old)
    register_due_finder("unconfirmed member imports", forget_old)
    register_due_finder("answers kept for requests sent again", idempotency.forget_old)


def _register_lists() -> None:
    from iotdash.organizations import activity
    from iotdash.organizations.jobs import listing
    from iotdash.organizations.saved_views import pages

    nav.register(nav.NavEntry("Saved views", "bookmark", "organizations:saved_views", 77))
    pages.register(pages.ListPage("jobs", "Jobs", "organizations:jobs", lambda _, query: listing.state_of(query)))
    pages.register(
        pages.ListPage("activity", "Activity", "organizations:activity", lambda _, query: activity.checked(query))
    )
