from django.apps import AppConfig

from iotdash.lib import cards, nav


class OrganizationsConfig(AppConfig):
    name = "iotdash.organizations"
    label = "organizations"

    def ready(self) -> None:
        from iotdash.organizations.activity import recent_activity

        for label, icon, url_name, order in (
            ("Overview", "layout-dashboard", "organizations:overview", 0),
            ("Members", "users", "organizations:members", 80),
            ("Activity", "history", "organizations:activity", 85),
            ("Settings", "settings", "organizations:settings", 90),
        ):
            nav.register(nav.NavEntry(label, icon, url_name, order))
        cards.register(cards.Card("recent-activity", 90, recent_activity))
