"""Everything that a provider may import from core: also the errors of its guarded session, and the reader of XML."""

from extensions.core.contract.capability import Capability
from extensions.core.contract.context import Context
from extensions.core.contract.demo import DemoData, DemoDevice
from extensions.core.contract.errors import (
    AuthRejected,
    BadResponse,
    CannotConnect,
    NoData,
    NotFound,
    PermissionDenied,
    ProviderError,
    QuotaSpent,
    Refused,
    Throttled,
)
from extensions.core.contract.inbound import Forged, Inbound, InboundRecord, InboundRefused, Malformed
from extensions.core.contract.manifest import LanePolicy, Manifest, Provider
from extensions.core.contract.operation import Answer, Ask, Kind, Known, OperationSpec, Proof, ReadBack, Verdict
from extensions.core.contract.paste import Paste, Pasted, PasteRefused
from extensions.core.contract.quota import Quota
from extensions.core.contract.sandbox import Example, Fault, Sandbox, SandboxControl, Sent, Variant
from extensions.core.contract.wire import Wire
from iotdash.lib import xml_documents
from iotdash.lib.domains import ascii_name
from iotdash.lib.outbound import (
    AddressRefused,
    AnswerLost,
    AnswerTooLarge,
    ConnectFailed,
    OutboundError,
    TlsFailed,
    tls_context,
)

__all__ = [
    "AddressRefused",
    "Answer",
    "AnswerLost",
    "AnswerTooLarge",
    "Ask",
    "AuthRejected",
    "BadResponse",
    "CannotConnect",
    "Capability",
    "ConnectFailed",
    "Context",
    "DemoData",
    "DemoDevice",
    "Example",
    "Fault",
    "Forged",
    "Inbound",
    "InboundRecord",
    "InboundRefused",
    "Kind",
    "Known",
    "LanePolicy",
    "Malformed",
    "Manifest",
    "NoData",
    "NotFound",
    "OperationSpec",
    "OutboundError",
    "Paste",
    "PasteRefused",
    "Pasted",
    "PermissionDenied",
    "Proof",
    "Provider",
    "ProviderError",
    "Quota",
    "QuotaSpent",
    "ReadBack",
    "Refused",
    "Sandbox",
    "SandboxControl",
    "Sent",
    "Throttled",
    "TlsFailed",
    "Variant",
    "Verdict",
    "Wire",
    "ascii_name",
    "tls_context",
    "xml_documents",
]
