from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from iotdash.accounts.support import staff_source
from iotdash.audit.models import ActivityEntry
from iotdash.lib.admin import NotDone, ReadOnlyAdmin, SupportAdmin, list_of
from iotdash.organizations import services
from iotdash.organizations.invitations import services as invitations
from iotdash.organizations.invitations.errors import InvitationRefused
from iotdash.organizations.keys import services as keys
from iotdash.organizations.keys.queries import with_second_factors
from iotdash.organizations.members import services as members
from iotdash.organizations.members.services import Refused
from iotdash.organizations.models import (
    Alert,
    AlertEvent,
    AlertNotice,
    AlertRule,
    ApiKey,
    Invitation,
    KeptAnswer,
    MailTemplate,
    MemberImport,
    Membership,
    Organization,
    SavedView,
)


@admin.register(Organization)
class OrganizationAdmin(SupportAdmin):
    """To look up and rename; `manage.py createorganization` makes one, with its administrator."""

    list_display = ["public_id", "name", "created_at"]
    list_filter = ["created_at"]
    # By a part of the name: organizations are few, and people remember any word of it.
    search_fields = ["^public_id", "name"]
    searched_everywhere = 2
    readonly_fields = ["public_id", "invitation_hours", "second_factor_required", "created_at", "updated_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Organization | None = None) -> bool:
        return False

    def further_links(self, row: Organization) -> list[tuple[str, str]]:
        return [("Activity", list_of(ActivityEntry, organization=row.public_id))]

    def found_of(self, row: Organization) -> str:
        return row.public_id

    def save_model(self, request: HttpRequest, obj: Organization, form: ModelForm, change: bool) -> None:
        services.rename(staff_source(request, obj.public_id), obj, obj.name)


@admin.register(Membership)
class MembershipAdmin(SupportAdmin):
    """Changes go through the services, which keep the last administrator."""

    list_display = ["organization", "user", "role", "expires_at", "blocked_at", "blocked_by", "created_at"]
    list_filter = ["role", ("blocked_at", admin.EmptyFieldListFilter), "expires_at", "created_at"]
    list_select_related = ["organization", "user"]
    search_fields = ["=organization__public_id", "=user__email"]
    autocomplete_fields = ["organization", "user"]
    readonly_fields = ["blocked_at", "blocked_by"]
    actions = ["block", "unblock"]

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        fields = super().get_readonly_fields(request, obj)
        return ["organization", "user", *fields] if obj else [*fields, "expires_at"]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._or_refused(request, super().changeform_view, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._or_refused(request, super().delete_view, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._or_refused(request, super().changelist_view, *args, **kwargs)

    def _or_refused(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The transaction is undone, and the same page says why."""
        try:
            return view(request, *args, **kwargs)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Membership, form: ModelForm, change: bool) -> None:
        source = staff_source(request, obj.organization.public_id)
        if not change:
            obj.pk = services.add_member(source, obj.organization, obj.user, obj.role).pk
            return
        # Role first: who is no administrator any more may be given an expiry date.
        members.change_role(source, obj, obj.role)
        if "expires_at" in form.changed_data:
            members.set_expiry(source, obj, obj.expires_at)

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        members.remove(staff_source(request, obj.organization.public_id), obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        for membership in queryset.select_related("organization", "user"):
            self.delete_model(request, membership)

    @admin.action(description="Block chosen members", permissions=["change"])
    def block(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        self._each(request, queryset, members.block, "Blocked.")

    @admin.action(description="Unblock chosen members", permissions=["change"])
    def unblock(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        self._each(request, queryset, members.unblock, "Unblocked.")

    def _each(
        self, request: HttpRequest, queryset: QuerySet[Membership], change: Callable[..., None], done: str
    ) -> None:
        def act(row: Membership) -> str:
            try:
                change(staff_source(request, row.organization.public_id), row)
            except Refused as refusal:
                raise NotDone(str(refusal)) from refusal
            return done

        self.each(request, queryset.select_related("organization"), act)


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Who was asked to join, and what became of it; never a link."""

    list_display = ["email", "organization", "role", "status", "token_expires_at", "mail", "invited_by", "created_at"]
    list_filter = ["status", "role", "created_at", "token_expires_at"]
    list_select_related = ["organization", "mail"]
    search_fields = ["=organization__public_id", "^email_normalized"]
    actions = ["revoke"]

    @admin.action(description="Revoke chosen invitations", permissions=["act"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        rows = queryset.select_related("organization", "mail")
        self.each(request, rows, lambda invitation: _revoke(request, invitation))


def _revoke(request: HttpRequest, invitation: Invitation) -> str:
    if invitation.status == Invitation.Status.REVOKED:
        raise NotDone("It was revoked already.")
    try:
        invitations.withdraw(staff_source(request, invitation.organization.public_id), invitation)
    except InvitationRefused as refusal:
        raise NotDone(str(refusal)) from refusal
    return "Its link no longer works."


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """Which programs may come in; never a token, nor its digest."""

    list_display = ["public_id", "organization", "name", "role", "is_now", "made_by", "last_used_at"]
    list_filter = ["role", "created_at", "last_used_at", "expires_at", ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["organization", "maker__user"]
    search_fields = ["=organization__public_id", "^public_id"]
    searched_everywhere = 8
    exclude = ["token_digest"]
    readonly_fields = ["public_id", "created_at"]
    actions = ["revoke"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        return with_second_factors(super().get_queryset(request))

    @admin.display(description="State")
    def is_now(self, key: ApiKey) -> str:
        return ApiKey.State(key.state).label

    @admin.action(description="Revoke chosen API keys", permissions=["act"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        self.each(request, queryset.select_related("organization"), lambda key: _revoke_key(request, key))


def _revoke_key(request: HttpRequest, key: ApiKey) -> str:
    if key.revoked_at:
        raise NotDone("It was revoked already.")
    keys.revoke(staff_source(request, key.organization.public_id), key)
    return "It lets nobody in any more."


@admin.register(KeptAnswer)
class KeptAnswerAdmin(ReadOnlyAdmin):
    """When programs asked; what they were answered is encrypted, and for them alone."""

    list_display = ["organization", "asked_by", "asked_at"]
    list_filter = ["asked_at"]
    list_select_related = ["organization"]
    search_fields = ["=organization__public_id"]
    exclude = ["answer", "body_digest", "key"]


@admin.register(MailTemplate)
class MailTemplateAdmin(ReadOnlyAdmin):
    list_display = ["organization", "kind", "subject", "updated_at", "updated_by"]
    list_filter = ["kind", "updated_at"]
    list_select_related = ["organization"]
    search_fields = ["=organization__public_id"]


@admin.register(MemberImport)
class MemberImportAdmin(ReadOnlyAdmin):
    list_display = ["organization", "file_name", "created_by", "created_at", "confirmed_at"]
    list_filter = ["created_at", "confirmed_at"]
    list_select_related = ["organization"]
    search_fields = ["=organization__public_id", "=created_by"]
    exclude = ["text", "results"]


@admin.register(SavedView)
class SavedViewAdmin(ReadOnlyAdmin):
    list_display = ["name", "organization", "page", "owner", "shared", "changed_at"]
    list_filter = ["shared", "page"]
    list_select_related = ["organization", "owner"]
    search_fields = ["^name", "=organization__public_id", "=owner__email"]
    readonly_fields = ["public_id", "created_at", "changed_at"]


@admin.register(AlertRule)
class AlertRuleAdmin(ReadOnlyAdmin):
    list_display = ["name", "organization", "condition", "scope", "state", "evaluated_at", "mailed_at", "next_at"]
    list_filter = ["condition", "state", "scope", "evaluated_at"]
    list_select_related = ["organization"]
    search_fields = ["=organization__public_id", "^name"]


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ["title", "organization", "rule_name", "condition", "raised_at", "resolved_at", "reminders"]
    list_filter = ["condition", "raised_at", ("resolved_at", admin.EmptyFieldListFilter)]
    list_select_related = ["organization"]
    search_fields = ["=organization__public_id", "=subject"]


@admin.register(AlertEvent)
class AlertEventAdmin(ReadOnlyAdmin):
    list_display = ["alert", "what", "at", "actor", "told"]
    list_filter = ["what", "told", "at"]
    list_select_related = ["alert"]
    search_fields = ["=alert__subject"]


@admin.register(AlertNotice)
class AlertNoticeAdmin(ReadOnlyAdmin):
    list_display = ["rule", "at", "counts"]
    list_filter = ["at"]
    list_select_related = ["rule"]
    search_fields = ["=rule__organization__public_id"]
    exclude = ["lines"]
