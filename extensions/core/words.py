"""What pages say and show of health, of errors, and of operations, beside the tones in `presenting`."""

from extensions.core import registry
from extensions.core.contract import Manifest, OperationSpec, errors
from extensions.core.models import Health, Operation

HEALTH_ICONS = {
    Health.NOT_CHECKED: "question-mark",
    Health.CONNECTED: "plug-connected",
    Health.NEEDS_ATTENTION: "alert-octagon",
    Health.THROTTLED: "gauge",
    Health.QUOTA_SPENT: "receipt",
    Health.UNREACHABLE: "plug-connected-x",
    Health.UNREADABLE: "key",
    Health.PAUSED: "player-pause",
}
# What keeps a configuration from working, and may change without anybody looking at the page.
UNHEALTHY = (Health.NEEDS_ATTENTION, Health.UNREADABLE, Health.THROTTLED, Health.QUOTA_SPENT, Health.UNREACHABLE)
# What passes by itself: the service is asked again after a while.
PASSING = (Health.THROTTLED, Health.QUOTA_SPENT, Health.UNREACHABLE)

# Why no whole answer came, by the error of the guarded session.
NOT_ANSWERED = {
    "AddressRefused": "Address refused",
    "AnswerLost": "No answer",
    "AnswerTooLarge": "Answer too large",
    "ConnectFailed": "No connection",
    "TlsFailed": "No secure connection",
}

_TITLES = {error.__name__: error.title for error in errors.ProviderError.__subclasses__()}


def error_title(name: str) -> str:
    """Title of a contract's error by its name."""
    return _TITLES.get(name, errors.ProviderError.title)


def error_fields(error: errors.ProviderError | None) -> dict[str, str]:
    """An error as the fields of a row that keeps what became of something asked; all empty for none."""
    if error is None:
        return {"sentence": "", "error": "", "code": "", "words": ""}
    return {
        "sentence": error.sentence[:500],
        "error": error.name,
        "code": error.code[:80],
        "words": error.words[:500],
    }


def declared(operation: Operation) -> OperationSpec | None:
    """What its extension declares of it; None when that is no longer installed, or lost the operation."""
    manifest = registry.manifests().get(operation.config.slug)
    return registry.operation(manifest, operation.operation_id) if manifest else None


def operation_title(operation: Operation) -> str:
    """The declared title, or the bare id."""
    spec = declared(operation)
    return spec.title if spec else operation.operation_id


def operation_titles(manifest: Manifest) -> dict[str, str]:
    """Titles of all operations that an extension has, by id."""
    return {spec.id: spec.title for spec in registry.capability(manifest).operations(manifest)}
