"""Two organizations with one of everything, each thing with a text planted in it that only its members may read."""

from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.utils import timezone

from devices.importing import services as device_imports
from devices.models import Device, DeviceImport, DiagnosticLog, Tag
from devices.tags import services as tag_services
from extensions.core import lanes, registry
from extensions.core.jobs import DEVICE, KIND, OPERATION, PARAMETERS
from extensions.core.models import ConnectionCheck, Exchange, ExtensionConfig, Operation
from extensions.core.services import configurations, connection_checks, device_configuration
from extensions.sims.models import LinkProposal, Sim
from iotdash.accounts.models import User
from iotdash.audit.services import Source, record
from iotdash.organizations.alerts import services as alert_rules
from iotdash.organizations.alerts.services import Wanted
from iotdash.organizations.invitations.importing import services as imports
from iotdash.organizations.keys import services as keys
from iotdash.organizations.models import (
    Alert,
    ApiKey,
    Invitation,
    MailTemplate,
    MemberImport,
    Membership,
    Organization,
    SavedView,
)
from iotdash.organizations.roles import Role
from iotdash.runtime import jobs
from iotdash.runtime.jobs import Draft
from iotdash.runtime.models import Job
from tests.cast import DeviceFactory, DeviceTypeFactory, MembershipFactory, OrganizationFactory, UserFactory, member
from tests.extensions import meterco
from tests.support.made_rows import make

EXTENSION = "meterco"
NO_BODY = {"headers": {}, "others": 0, "body": {"kind": "none", "size": 0, "text": "", "cut": False}}


@dataclass
class House:
    """An organization and its things. `planted` stands in all of them, `named` in what it is called."""

    planted: str
    named: str
    organization: Organization
    source: Source
    administrator: User
    reader: Membership
    config: ExtensionConfig
    device: Device
    check: ConnectionCheck
    sim: Sim
    operation: Operation
    exchange: Exchange
    invitation: Invitation
    open_import: MemberImport
    done_import: MemberImport
    api_key: ApiKey
    passkey: Authenticator
    session: UserSession
    log: DiagnosticLog
    tag: Tag
    view: SavedView
    job: Job
    device_import: DeviceImport
    proposal: LinkProposal
    alert: Alert


def furnish(public_id: str, planted: str, named: str) -> House:
    organization = OrganizationFactory(public_id=public_id, name=f"{named} pumps")
    administrator = member(organization, Role.ADMINISTRATOR, f"{planted}-owner")
    source = Source(actor=administrator.email, organization=public_id)
    reader = MembershipFactory(organization=organization, user=UserFactory(email=f"{planted}-reader@example.com"))
    things = (
        _extension(organization, planted, source) | _people(organization, planted, source) | _own(reader.user, planted)
    )
    maker = administrator.memberships.get()
    given = {OPERATION: "sms", DEVICE: things["device"].pk}
    drafts = [Draft("0001", group=str(things["config"].pk), given=given)]
    things["job"] = jobs.rehearse(source, KIND, f"{planted} job", drafts, parameters={PARAMETERS: {"message": planted}})
    things["view"] = make(
        SavedView, organization=organization, owner=administrator, page="devices", name=planted, query="", shared=True
    )
    things["alert"] = _alert(organization, planted, source)
    things["api_key"] = keys.make(source, maker, f"{planted} export", Role.READER).key
    table = f"Device type,Device ID,{planted}\n{planted},p1,\n".encode()
    things["device_import"] = device_imports.keep(
        source, organization, DeviceImport.What.DEVICES, f"{planted}.csv", table, update=False
    )
    record(source, "device added", "device", f"{planted}-device", note=planted)
    return House(planted, named, organization, source, administrator, reader, **things)


def _alert(organization: Organization, planted: str, source: Source) -> Alert:
    """Open, of a rule that one member is told of by mail."""
    members = list(organization.memberships.all()[:1])
    wanted = Wanted(f"{planted} rule", {"megabytes": 5.0}, "filter", f"plan={planted}", members, 4)
    rule = alert_rules.add(source, organization, "sim-data-over", wanted)
    words = {"title": planted, "words": planted, "link": f"/{organization.public_id}/sims/"}
    return make(Alert, organization=organization, rule=rule, rule_name=rule.name, condition=rule.condition, **words)


def _extension(organization: Organization, planted: str, source: Source) -> dict[str, Any]:
    carrier = registry.manifest(EXTENSION)
    settings = meterco.SETTINGS | {"user": planted, "key": f"{planted}-key"}
    check = connection_checks.ask(organization, carrier, settings, source)
    lanes.run(check.lane_id)
    config = configurations.add(organization, carrier, f"{planted} account", settings, source)
    kind = DeviceTypeFactory(organization=organization, type_id=f"{planted}-type", description=planted)
    device = DeviceFactory(organization=organization, device_type=kind, device_id=f"{planted}-device", model=planted)
    device_configuration.confirm(device, f'{{"{EXTENSION}": {{"chip": "0001"}}}}', 0, source, refresh=False)
    Sim.objects.filter(config=config).update(rate_plan=planted, fetched_at=timezone.now())
    sim = make(Sim, organization=organization, config=config, subject="0002", device=None, rate_plan=planted)
    operation = make(
        Operation, organization=organization, config=config, device=device, subject="0001", operation_id="sms",
        state="failed", sentence=planted, parameters={"text": planted}, asked_by=source.actor,
    )  # fmt: skip
    Device.objects.filter(pk=device.pk).update(latitude=1, longitude=2, located_at=timezone.now())
    log = make(DiagnosticLog, organization=organization, device=device, message=planted)
    tag_services.set_tags(device, [f"{planted} tag"], source)
    tag = organization.tags.get()
    exchange = make(
        Exchange, config=config, purpose="sms", url=f"https://{planted}.test/", seconds=0.1, request=NO_BODY,
        response=NO_BODY | {"headers": {"X-Words": planted}}, status=500, failed=True,
    )  # fmt: skip
    return {
        "config": config,
        "device": device,
        "check": check,
        "sim": sim,
        "operation": operation,
        "exchange": exchange,
        "log": log,
        "tag": tag,
        "proposal": make(
            LinkProposal,
            organization=organization,
            config=config,
            sim=sim,
            device=device,
            place=planted,
            state="offered",
        ),
    }


def _people(organization: Organization, planted: str, source: Source) -> dict[str, Any]:
    email = f"{planted}-new@example.com"
    MailTemplate.objects.create(
        organization=organization, kind="invitation", subject=planted, body=f"{planted} {{link}}"
    )
    invitation = make(Invitation, organization=organization, email=email, email_normalized=email, invited_by=planted)
    open_import, done_import = (
        imports.keep(source, organization, f"{planted}.csv", f"{email},READER\n".encode()) for _ in range(2)
    )
    row = {"number": 1, "address": email, "role": "Reader", "expiry": None, "outcome": "invited", "words": planted}
    done_import.confirmed_at, done_import.results = timezone.now(), [row]
    done_import.save()
    return {"invitation": invitation, "open_import": open_import, "done_import": done_import}


def _own(person: User, planted: str) -> dict[str, Any]:
    """What belongs to a person and to no organization."""
    passkey = Authenticator.objects.create(user=person, type="webauthn", data={"name": planted})
    session = UserSession.objects.create(user=person, ip="192.0.2.1", user_agent=planted, session_key=f"{planted}-key")
    return {"passkey": passkey, "session": session}
