"""Which version of the product this is."""

import tomllib
from functools import cache

from django.conf import settings


@cache
def product_version() -> str:
    """As `pyproject.toml` says, which lies beside `manage.py` in every installation."""
    with (settings.BASE_DIR / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["project"]["version"]
