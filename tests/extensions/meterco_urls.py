"""The product's addresses, and those of the made-up carrier in the API: it was not there when they were made."""

from django.urls import include, path

from extensions.core import registry
from extensions.core.rest.urls import of_extension
from iotdash.urls import urlpatterns as product

urlpatterns = [
    path("<org:org>/api/v0002/", include((of_extension(registry.manifest("meterco")), "meterco"))),
    *product,
]
