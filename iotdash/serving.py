"""What a web or worker process makes sure of before it serves. One-off commands are only warned."""

from django.conf import settings
from django.core.management import call_command


def refuse_unsafe() -> None:
    """Raises SystemCheckError when a key is missing or the one from the source code, or a check finds an error."""
    call_command("check")
    if not settings.DEBUG:
        call_command("check", tags=["secrets"], fail_level="WARNING")
