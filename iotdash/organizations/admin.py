from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from iotdash.accounts.addresses import address_of
from iotdash.audit.services import Source
from iotdash.organizations import services
from iotdash.organizations.models import Membership, Organization


def _source(request: HttpRequest, organization: Organization) -> Source:
    return Source(request.user.email, organization.public_id, address_of(request))


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin):
    """To look up and rename; `manage.py createorganization` makes one, with its administrator."""

    list_display = ["public_id", "name", "created_at"]
    list_filter = ["created_at"]
    search_fields = ["public_id", "name"]
    readonly_fields = ["public_id", "created_at", "updated_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Organization | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Organization, form: ModelForm, change: bool) -> None:
        services.rename(_source(request, obj), obj, obj.name)


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ["organization", "user", "role", "created_at"]
    list_filter = ["role"]
    list_select_related = ["organization", "user"]
    search_fields = ["organization__public_id", "organization__name", "user__email", "user__name"]
    autocomplete_fields = ["organization", "user"]

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        return ["organization", "user"] if obj else []

    def save_model(self, request: HttpRequest, obj: Membership, form: ModelForm, change: bool) -> None:
        source = _source(request, obj.organization)
        if change:
            services.change_role(source, obj, obj.role)
        else:
            obj.pk = services.add_member(source, obj.organization, obj.user, obj.role).pk

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        services.remove_member(_source(request, obj.organization), obj)

    def delete_queryset(self, request: HttpRequest, queryset) -> None:
        for membership in queryset.select_related("organization", "user"):
            self.delete_model(request, membership)
