"""What carriers report by themselves. It is believed of nothing but that a SIM is worth reading again."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class About(StrEnum):
    """What may be new. A SIM that changed is read at once; figures that were just read are new enough.

    Of a message that the SIM sent, the carrier is asked for the message.
    """

    CHANGE = "change"
    FIGURES = "figures"
    MESSAGE = "message"


@dataclass(frozen=True)
class SimReport:
    """A carrier reported on one SIM."""

    subject: str
    about: About = About.CHANGE


def payload_of(report: SimReport) -> dict[str, Any]:
    """As the payload of an inbound record."""
    return {"subject": report.subject, "about": report.about.value}


def report_of(payload: Mapping[str, Any]) -> SimReport:
    return SimReport(payload["subject"], About(payload["about"]))
