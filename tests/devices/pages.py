"""Addresses of the devices' pages, and what a browser makes of them."""

LIST = "/abc123/devices/"
DEVICE = "/abc123/devices/pump/p1/"


def form_data(client, url: str, **changes) -> dict[str, str]:
    """What a browser would send for the form of a page, with changes."""
    form = client.get(url).context["form"]
    fields = {field.html_name: field.value() for field in form}
    return {name: "" if value is None else str(value) for name, value in {**fields, **changes}.items()}


def text_of(response) -> str:
    return response.content.decode()
