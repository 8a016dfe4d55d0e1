"""People, their second factors, the groups of support staff, and what support staff did here."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from iotdash.accounts import services, sessions
from iotdash.accounts.models import User
from iotdash.accounts.proving import services as proving
from iotdash.accounts.support import staff_source
from iotdash.audit.models import ActivityEntry
from iotdash.audit.services import record
from iotdash.lib.admin import NotDone, ReadOnlyAdmin, SupportAdmin, list_of

# An address is a column of the person here; allauth's table of addresses stays empty.
# allauth's pages of second factors and of sessions show their secrets.
admin.site.unregister([EmailAddress, Authenticator, Group, UserSession])
RIGHTS = ["is_active", "is_staff", "is_superuser", "groups"]


@admin.register(User)
class UserAdmin(SupportAdmin, DjangoUserAdmin):
    """Nobody is deleted: an account that is not active cannot sign in, and what it did stays readable."""

    ordering = ["-pk"]
    list_display = ["email", "name", "is_active", "is_staff", "last_login", "date_joined"]
    list_filter = ["is_active", "is_staff", "is_superuser", "last_login", "date_joined"]
    search_fields = ["^email"]
    searched_everywhere = 1
    readonly_fields = ["address_proved_at", "last_login", "date_joined"]
    filter_horizontal = ["groups"]
    fieldsets = [
        (None, {"fields": ["email", "address_proved_at", "name", "time_zone", "see_also"]}),
        ("Rights", {"fields": RIGHTS}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"classes": ["wide"], "fields": ["email", "password1", "password2"]})]
    actions = ["remove_second_factors", "end_sessions", "vouch"]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Staff who may edit people may not edit staff: that would be a way to give oneself every right."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (request.user.is_superuser or obj is None or not (obj.is_staff or obj.is_superuser))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def has_superuser_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        fields = [*super().get_readonly_fields(request, obj), "access"]
        return fields if request.user.is_superuser else [*fields, "is_staff", "is_superuser", "groups"]

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> list:
        fieldsets = list(super().get_fieldsets(request, obj))
        if obj and self.has_change_permission(request, obj):
            fieldsets.append(("Password", {"fields": ["access"]}))
        return fieldsets

    @admin.display(description="Password")
    def access(self, row: User) -> SafeString:
        url = reverse("admin:auth_user_password_change", args=[row.pk])
        return format_html('<a href="{}">Set a new password</a>, which signs this person out everywhere.', url)

    def further_links(self, row: User) -> list[tuple[str, str]]:
        return [("Activity of this person", list_of(ActivityEntry, actor=row.email))]

    def as_stored(self, text: str) -> str:
        return text.lower()

    def found_of(self, row: User) -> str:
        return row.name

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        """Whoever adds a person vouches for the address; another address is to be proved anew."""
        if not change:
            obj.address_proved_at = timezone.now()
        elif form.initial["email"] != obj.email:
            obj.address_proved_at = None
        super().save_model(request, obj, form, change)

    def log_addition(self, request: HttpRequest, obj: User, message: list | str) -> None:
        super().log_addition(request, obj, message)
        record(staff_source(request), "person added", "person", obj.email)

    def log_change(self, request: HttpRequest, obj: User, message: list | str) -> None:
        """Called for the form and for a new password; an organization reads of it when it concerns a member."""
        super().log_change(request, obj, message)
        for organization in ["", *obj.memberships.values_list("organization__public_id", flat=True)]:
            record(staff_source(request, organization), "person changed", "person", obj.email, what=_in_words(message))

    @admin.action(description="Remove second factors of chosen people", permissions=["superuser"])
    def remove_second_factors(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self.each(request, queryset, self._without_second_factors)

    @admin.action(description="End all sessions of chosen people", permissions=["superuser"])
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self.each(request, queryset, self._signed_out)

    def _signed_out(self, person: User) -> str:
        count = sessions.end_all(person)
        if not count:
            raise NotDone("There was none.")
        return f"{count} sessions ended."

    def _without_second_factors(self, person: User) -> str:
        if not services.remove_second_factors(person):
            raise NotDone("There was none to remove.")
        return "Second factors removed; the password alone signs in again."

    @admin.action(description="Vouch for the address of chosen people", permissions=["change"])
    def vouch(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self.each(request, queryset, lambda person: self._vouched(request, person))

    def _vouched(self, request: HttpRequest, person: User) -> str:
        if not self.has_change_permission(request, person):
            raise NotDone("Other support staff may not be changed.")
        if not proving.prove(staff_source(request), person, by="support staff"):
            raise NotDone("The address was proved before.")
        return "Address vouched for; invitations of any organization can be accepted."


def _in_words(message: list | str) -> str:
    """Django's list of changed fields, or the sentence of an action."""
    if isinstance(message, str):
        return message
    fields = [name for part in message for name in part.get("changed", {}).get("fields", ())]
    return ", ".join(fields) or "nothing"


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """That somebody has a second factor, and since when; never what it holds."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type", "created_at", "last_used_at"]
    list_select_related = ["user"]
    search_fields = ["=user__email"]
    exclude = ["data"]


@admin.register(UserSession)
class UserSessionAdmin(ReadOnlyAdmin):
    """Where people are signed in; never the key that would let somebody else in."""

    list_display = ["user", "ip", "created_at", "last_seen_at", "user_agent"]
    list_filter = ["created_at", "last_seen_at"]
    list_select_related = ["user"]
    search_fields = ["=user__email"]
    exclude = ["session_key", "data"]


@admin.register(Group)
class GroupAdmin(SupportAdmin, DjangoGroupAdmin):
    list_display = ["name"]
    search_fields = ["name"]

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return super().has_delete_permission(request, obj) and request.user.is_superuser


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """What was done on these pages, by whom."""

    list_display = ["action_time", "user", "content_type", "object_repr", "action_flag", "change_message"]
    list_filter = ["action_flag", "action_time", "content_type"]
    list_select_related = ["user", "content_type"]
    search_fields = ["=user__email", "^object_repr"]
