"""The file that an administrator sends to support. The same rows at the same moment give the same bytes."""

import io
import json
import zipfile
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from extensions.core.diagnostics.about import exchange_of, manifest_of
from extensions.core.diagnostics.form import EXCHANGES, MANIFEST, README
from extensions.core.models import ExtensionConfig

# A zip's own earliest date: when the bundle was made is said inside.
_NO_DATE = (1980, 1, 1, 0, 0, 0)


def bundle(config: ExtensionConfig) -> bytes:
    """A zip of README.txt, manifest.json and exchanges.json, oldest exchange first."""
    exchanges = [exchange_of(each, number) for number, each in enumerate(config.exchanges.order_by("pk"), start=1)]
    about = manifest_of(config)
    readme = render_to_string("extensions/diagnostics/README.txt", {"about": about, "count": len(exchanges)})
    return _zipped({README: readme, MANIFEST: _json(about), EXCHANGES: _json(exchanges)})


def filename(config: ExtensionConfig) -> str:
    """Says whose it is and of when, and nothing that anybody typed."""
    day = timezone.now().strftime("%Y-%m-%d-%H%M")
    return f"diagnostics-{config.organization.public_id}-{config.slug}-{config.pk}-{day}.zip"


def _json(told: Any) -> str:
    return json.dumps(told, default=str, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _zipped(files: dict[str, str]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, _NO_DATE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, text)
    return written.getvalue()
