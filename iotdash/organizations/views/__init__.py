from iotdash.organizations.views.activity import activity
from iotdash.organizations.views.pages import home, overview, settings

__all__ = ["activity", "home", "overview", "settings"]
