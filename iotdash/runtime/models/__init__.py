"""Rows that coordinate processes: who holds what until when, who was alive when, mail on its way, and jobs."""

from iotdash.runtime.models.coordination import Heartbeat, KeyMark, Lease
from iotdash.runtime.models.jobs import Job, JobItem
from iotdash.runtime.models.mail import OutboxMail

__all__ = ["Heartbeat", "Job", "JobItem", "KeyMark", "Lease", "OutboxMail"]
