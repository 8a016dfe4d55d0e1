"""Alert rules of the sample: what they find is raised within a minute of its start."""

from iotdash.audit.services import Source
from iotdash.organizations.alerts import conditions, services
from iotdash.organizations.alerts.services import Wanted
from iotdash.organizations.models import Organization

_RULES = (
    ("More than 1,000 MB", "sim-data-over", {"megabytes": 1000.0}),
    ("Extension needs attention", "configuration-needs-attention", {}),
    ("Job failed", "job-failed", {}),
)


def seed(organization: Organization, source: Source) -> None:
    for name, condition, parameters in _RULES:
        if conditions.find(condition):
            services.add(source, organization, condition, Wanted(name, parameters, "all", "", [], None))
