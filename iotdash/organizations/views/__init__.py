from iotdash.organizations.views.activity import activity
from iotdash.organizations.views.pages import home, members, overview, settings

__all__ = ["activity", "home", "members", "overview", "settings"]
