from django.urls import path

from iotdash.organizations import views

app_name = "organizations"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("settings/", views.settings, name="settings"),
    path("members/", views.members, name="members"),
    path("activity/", views.activity, name="activity"),
]
