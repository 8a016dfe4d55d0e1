from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from iotdash.accounts.support import staff_source
from iotdash.audit.models import ActivityEntry
from iotdash.lib.admin import ReadOnlyAdmin, SupportAdmin, list_of
from iotdash.organizations import services
from iotdash.organizations.models import Invitation, MailTemplate, MemberImport, Membership, Organization


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
    list_display = ["organization", "user", "role", "created_at"]
    list_filter = ["role", "created_at"]
    list_select_related = ["organization", "user"]
    search_fields = ["=organization__public_id", "=user__email"]
    autocomplete_fields = ["organization", "user"]
    readonly_fields = ["expires_at", "blocked_at", "blocked_by"]

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        fields = super().get_readonly_fields(request, obj)
        return ["organization", "user", *fields] if obj else fields

    def save_model(self, request: HttpRequest, obj: Membership, form: ModelForm, change: bool) -> None:
        source = staff_source(request, obj.organization.public_id)
        if change:
            services.change_role(source, obj, obj.role)
        else:
            obj.pk = services.add_member(source, obj.organization, obj.user, obj.role).pk

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        services.remove_member(staff_source(request, obj.organization.public_id), obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        for membership in queryset.select_related("organization", "user"):
            self.delete_model(request, membership)


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Who was asked to join, and what became of it; never a link."""

    list_display = ["email", "organization", "role", "status", "token_expires_at", "mail", "invited_by", "created_at"]
    list_filter = ["status", "role", "created_at", "token_expires_at"]
    list_select_related = ["organization", "mail"]
    search_fields = ["=organization__public_id", "^email_normalized"]


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
