"""What carriers said of SIMs, for support staff: to look at. Subscriber numbers are shown by their last digits."""

from django.contrib import admin

from extensions.core.models import Operation
from extensions.sims.models import (
    BillingCycle,
    CarrierPlans,
    ImeiChange,
    LinkProposal,
    PlanAllowance,
    ReceivedSms,
    Reconciliation,
    ReportedSim,
    SharedIdentifier,
    Sim,
    StateChange,
    Synchronisation,
    UsageCycle,
    UsageDay,
)
from iotdash.lib.admin import ReadOnlyAdmin, list_of
from iotdash.lib.masking import last_digits


@admin.register(Sim)
class SimAdmin(ReadOnlyAdmin):
    """An IMSI or a number is found when the whole of it is typed, so that it cannot be guessed digit by digit."""

    list_display = ("subject", "organization", "config", "device", "state", "rate_plan", "fetched_at")
    list_filter = (
        "config__slug",
        ("device", admin.EmptyFieldListFilter),
        ("missing_since", admin.EmptyFieldListFilter),
        "fetched_at",
    )
    list_select_related = ("organization", "config", "device")
    search_fields = ("^subject", "=imsi", "=msisdn", "=imei", "=organization__public_id")
    searched_everywhere = 6
    exclude = ("imsi", "msisdn", "imei", "equipment", "latitude", "longitude")
    readonly_fields = ("imsi_end", "msisdn_end", "imei_end")

    @admin.display(description="IMSI")
    def imsi_end(self, row: Sim) -> str:
        return last_digits(row.imsi)

    @admin.display(description="MSISDN")
    def msisdn_end(self, row: Sim) -> str:
        return last_digits(row.msisdn)

    @admin.display(description="IMEI")
    def imei_end(self, row: Sim) -> str:
        return last_digits(row.imei)

    def further_links(self, row: Sim) -> list[tuple[str, str]]:
        return [("Operations of this SIM", list_of(Operation, config__id__exact=row.config_id, subject=row.subject))]


@admin.register(UsageCycle)
class UsageCycleAdmin(ReadOnlyAdmin):
    list_display = ("sim", "cycle_start", "cycle_end", "total_data_bytes", "closed", "fetched_at")
    list_filter = ("cycle_start", "closed", "invoiced")
    list_select_related = ("sim",)
    search_fields = ("=sim__subject",)


@admin.register(CarrierPlans)
class CarrierPlansAdmin(ReadOnlyAdmin):
    list_display = ("config", "listed_at", "why_not")
    list_filter = ("config__slug", "listed_at")
    list_select_related = ("config",)
    search_fields = ("=config__name",)


@admin.register(PlanAllowance)
class PlanAllowanceAdmin(ReadOnlyAdmin):
    list_display = ("rate_plan", "config", "data_bytes", "changed_by", "changed_at")
    list_filter = ("config__slug", "changed_at")
    list_select_related = ("config",)
    search_fields = ("=rate_plan", "=config__name")


@admin.register(BillingCycle)
class BillingCycleAdmin(ReadOnlyAdmin):
    list_display = ("config", "cycle_start", "told_at")
    list_filter = ("config__slug", "told_at")
    list_select_related = ("config",)
    search_fields = ("=config__name",)


@admin.register(UsageDay)
class UsageDayAdmin(ReadOnlyAdmin):
    list_display = ("day", "sim", "seen_at")
    list_filter = ("day",)
    list_select_related = ("sim",)
    search_fields = ("=sim__subject",)


@admin.register(Synchronisation)
class SynchronisationAdmin(ReadOnlyAdmin):
    list_display = ("config", "running", "listed", "synchronised_at", "complete", "next_at", "failures", "sentence")
    list_filter = ("running", "complete", "failed_at", "synchronised_at", "config__slug")
    list_select_related = ("config",)
    search_fields = ("=config__name",)
    exclude = ("settings_digest",)


@admin.register(ReportedSim)
class ReportedSimAdmin(ReadOnlyAdmin):
    list_display = ("subject", "what", "config", "reported_at", "due_at")
    list_filter = ("config__slug", "reported_at")
    list_select_related = ("config",)
    search_fields = ("=subject",)


@admin.register(ReceivedSms)
class ReceivedSmsAdmin(ReadOnlyAdmin):
    """Without the texts, which are nobody's business but the organization's."""

    list_display = ("reference", "subject", "config", "received_at")
    list_filter = ("config__slug", "received_at")
    list_select_related = ("config",)
    search_fields = ("=reference", "=subject")
    exclude = ("text",)


@admin.register(ImeiChange)
class ImeiChangeAdmin(ReadOnlyAdmin):
    list_display = ("sim", "config", "seen_at", "before_end", "after_end")
    list_filter = ("config__slug", "seen_at")
    list_select_related = ("config", "sim")
    search_fields = ("=sim__subject",)
    exclude = ("before", "after")
    readonly_fields = ("before_end", "after_end")

    @admin.display(description="IMEI before")
    def before_end(self, row: ImeiChange) -> str:
        return last_digits(row.before)

    @admin.display(description="IMEI since")
    def after_end(self, row: ImeiChange) -> str:
        return last_digits(row.after)


@admin.register(StateChange)
class StateChangeAdmin(ReadOnlyAdmin):
    list_display = ("sim", "config", "before", "after", "seen_at")
    list_filter = ("config__slug", "after", "seen_at")
    list_select_related = ("config", "sim")
    search_fields = ("=sim__subject",)


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnlyAdmin):
    list_display = ("organization", "number", "compared_at", "seconds", "next_at")
    list_filter = ("compared_at", "next_at")
    list_select_related = ("organization",)
    search_fields = ("=organization__public_id",)


@admin.register(LinkProposal)
class LinkProposalAdmin(ReadOnlyAdmin):
    """Without the number found, which may be an IMEI."""

    list_display = ("subject", "config", "device", "matched", "place", "state", "refused_at")
    list_filter = ("state", "matched", "config__slug")
    list_select_related = ("config", "device")
    search_fields = ("=subject", "=device__device_id")
    exclude = ("number",)


@admin.register(SharedIdentifier)
class SharedIdentifierAdmin(ReadOnlyAdmin):
    list_display = ("number", "key", "device", "organization")
    list_filter = ("key",)
    list_select_related = ("device", "organization")
    search_fields = ("=number", "=device__device_id")
