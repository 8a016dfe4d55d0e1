"""What the person who replays a bundle is told: the fields of the form, and whose data there is."""

import json
from collections.abc import Mapping
from itertools import islice
from typing import Any

from extensions.core.replay.recording import Recording

_MOST_SUBJECTS = 20


def welcome(recording: Recording, base_url: str) -> str:
    about = recording.about
    return (
        f"\nThe replay of {about['extension']['name']} is up at {base_url}.\n"
        f"It answers as recorded by iotdash {about['product']['version']} in organization {about['organization']}, "
        f"{len(recording.exchanges)} exchanges; the last answer to a request is repeated.\n\n"
        f"Open Extensions, Add Extension, {about['extension']['name']}, and enter:\n"
        f"{_fields(about['configuration'], base_url)}\n\n"
        f"Devices of the recorded operations are configured so:\n{_devices(about)}\n\n"
        f"{base_url}/_sandbox/ lists what was recorded, and what was asked but not recorded.\n"
        "The server must run with IOTDASH_OUTBOUND_ALLOW_LOOPBACK=true to reach it. Stop with Ctrl-C.\n"
    )


def _devices(about: Mapping[str, Any]) -> str:
    key, field = about["extension"]["device_key"], about["extension"]["subject_field"]
    subjects = dict.fromkeys(operation["subject"] for operation in about["operations"] if operation["subject"])
    parts = (json.dumps({key: {field: subject}}, ensure_ascii=False) for subject in islice(subjects, _MOST_SUBJECTS))
    return "\n".join(f"  {part}" for part in parts) or "  there were none"


def _fields(configuration: Mapping[str, Any], base_url: str) -> str:
    """Secrets and what was replaced may be anything; the address is this server's."""
    lines = []
    for name, value in configuration["settings"].items():
        shown = base_url if name in configuration["addresses"] else value
        anything = isinstance(shown, str) and shown.startswith("‹")
        lines.append(f"  {configuration['titles'].get(name, name):<16} {'anything' if anything else shown}")
    return "\n".join(lines)
