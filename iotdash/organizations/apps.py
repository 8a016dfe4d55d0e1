from django.apps import AppConfig

from iotdash.lib import cards, nav


class OrganizationsConfig(AppConfig):
    name = "iotdash.organizations"
    label = "organizations"

    def ready(self) -> None:
        from iotdash.organizations import checks  # noqa: F401  registers the system check
        from iotdash.organizations.activity import recent_activity
        from iotdash.organizations.invitations import composing, limits
        from iotdash.runtime import outbox

        for label, icon, url_name, order in (
            ("Overview", "layout-dashboard", "organizations:overview", 0),
            ("Members", "users", "organizations:members", 80),
            ("Activity", "history", "organizations:activity", 85),
            ("Settings", "settings", "organizations:settings", 90),
        ):
            nav.register(nav.NavEntry(label, icon, url_name, order))
        cards.register(cards.Card("recent-activity", 90, recent_activity))
        outbox.register_composer(limits.KIND, composing.compose)
