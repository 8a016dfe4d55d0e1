from django.urls import include, path

from iotdash.lib.downloads import CSV, XLSX
from iotdash.organizations import views
from iotdash.organizations.rest import description
from iotdash.organizations.views import (
    alert_rules,
    alerts,
    api_keys,
    import_members,
    invitations,
    jobs,
    mail_templates,
    members,
    saved_views,
    second_factor,
)

app_name = "organizations"
_MEMBER = "members/<int:member_id>/"
_INVITATION = "invitations/<uuid:invitation_id>/"
_KEY = "keys/<slug:api_key_id>/"
_IMPORT = "import/<uuid:import_id>/"
_JOB = "jobs/<uuid:job_id>/"
_VIEW = "views/<uuid:view_id>/"
_ALERT = "alerts/<int:alert_id>/"
_RULE = "alerts/rules/<int:rule_id>/"

invitation_pages = [
    path("invitations/", invitations.invitations, name="invitations"),
    path("invitations/invite/", invitations.invite, name="invite"),
    path("invitations/wording/", mail_templates.wording, name="invitation_wording"),
    path("invitations/wording/original/", mail_templates.use_original, name="invitation_wording_original"),
    path(f"{_INVITATION}resend/", invitations.resend, name="invitation_resend"),
    path(f"{_INVITATION}revoke/", invitations.revoke, name="invitation_revoke"),
    path(f"{_INVITATION}delete/", invitations.delete, name="invitation_delete"),
    path(f"{_INVITATION}link/", invitations.copy_link, name="invitation_link"),
    path("import/", import_members.upload, name="import_members"),
    path(_IMPORT, import_members.member_import, name="member_import"),
    path(f"{_IMPORT}confirm/", import_members.confirm, name="member_import_confirm"),
    path(f"{_IMPORT}results.csv", import_members.results, name="member_import_results"),
]

key_pages = [
    path("keys/", api_keys.key_list, name="api_keys"),
    path("keys/make/", api_keys.make, name="api_key_make"),
    path(_KEY, api_keys.key_page, name="api_key"),
    path(f"{_KEY}token/", api_keys.token_shown, name="api_key_token"),
    path(f"{_KEY}change/", api_keys.change, name="api_key_change"),
    path(f"{_KEY}revoke/", api_keys.revoke, name="api_key_revoke"),
]

job_pages = [
    path("jobs/", jobs.job_list, name="jobs"),
    path(_JOB, jobs.job, name="job"),
    path(f"{_JOB}confirm/", jobs.confirm, name="job_confirm"),
    path(f"{_JOB}discard/", jobs.discard, name="job_discard"),
    path(f"{_JOB}results.csv", jobs.results, {"form": CSV}, name="job_results_csv"),
    path(f"{_JOB}results.xlsx", jobs.results, {"form": XLSX}, name="job_results_xlsx"),
    path(f"{_JOB}<slug:step>/", jobs.steer, name="job_steer"),
]

view_pages = [
    path("views/", saved_views.view_list, name="saved_views"),
    path("views/save/", saved_views.save, name="save_view"),
    path(_VIEW, saved_views.open_view, name="saved_view"),
    path(f"{_VIEW}edit/", saved_views.edit, name="saved_view_edit"),
    path(f"{_VIEW}delete/", saved_views.delete, name="saved_view_delete"),
]

alert_pages = [
    path("alerts/", alerts.open_alerts, name="alerts"),
    path("alerts/resolved/", alerts.resolved_alerts, name="resolved_alerts"),
    path("alerts/bell/", alerts.bell, name="alert_bell"),
    path("alerts/wording/", mail_templates.alert_wording, name="alert_wording"),
    path("alerts/wording/original/", mail_templates.use_original_of_alerts, name="alert_wording_original"),
    path(_ALERT, alerts.alert, name="alert"),
    path(f"{_ALERT}resolve/", alerts.resolve, name="alert_resolve"),
    path("alerts/rules/", alert_rules.rule_list, name="alert_rules"),
    path("alerts/rules/add/", alert_rules.add, name="alert_rule_add"),
    path(_RULE, alert_rules.rule, name="alert_rule"),
    path(f"{_RULE}change/", alert_rules.change, name="alert_rule_change"),
    path(f"{_RULE}delete/", alert_rules.delete, name="alert_rule_delete"),
    path(f"{_RULE}resolve/", alert_rules.resolve, name="alert_rule_resolve"),
    path(f"{_RULE}stop-mail/", alert_rules.stop_mail, name="alert_rule_stop_mail"),
    path(f"{_RULE}<slug:step>/", alert_rules.steer, name="alert_rule_steer"),
]

urlpatterns = [
    path("", views.overview, name="overview"),
    path("settings/", views.settings, name="settings"),
    path("settings/two-step-sign-in/", second_factor.require, name="require_second_factor"),
    path("members/", members.member_list, name="members"),
    path("members/leave/", members.leave, name="leave"),
    path(_MEMBER, members.member, name="member"),
    path(f"{_MEMBER}role/", members.change_role, name="member_role"),
    path(f"{_MEMBER}expiry/", members.set_expiry, name="member_expiry"),
    path(f"{_MEMBER}block/", members.block, name="member_block"),
    path(f"{_MEMBER}unblock/", members.unblock, name="member_unblock"),
    path(f"{_MEMBER}remove/", members.remove, name="member_remove"),
    path("members/", include(invitation_pages)),
    path("", include(key_pages)),
    path("", include(job_pages)),
    path("", include(view_pages)),
    path("", include(alert_pages)),
    path("activity/", views.activity, name="activity"),
    path("api/", description.reference, name="api_reference"),
]
