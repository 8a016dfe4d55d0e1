from django.urls import URLPattern

from extensions.sims.rest import operations
from extensions.sims.rest.device import DeviceOfSim
from extensions.sims.rest.sims import Sims, SimView
from iotdash.lib.rest.paths import both

_SIM = "sims/<int:sim_id>"


def _of_operations() -> list[URLPattern]:
    views = operations.views().items()
    return [path for name, view in views for path in both(f"{_SIM}/ops/{name}", view, f"sim-{name}")]


urlpatterns = [
    *both("sims", Sims, "sims"),
    *both(_SIM, SimView, "sim"),
    *both(f"{_SIM}/device", DeviceOfSim, "sim-device"),
    *_of_operations(),
]
