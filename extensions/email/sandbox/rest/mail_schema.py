"""The shape of a body of `POST /v3/mail/send`, as far as a sender can get it wrong (specification section 2)."""

from __future__ import annotations

from typing import Any

MOST_PERSONALIZATIONS = MOST_ADDRESSES = 1000
MOST_CATEGORIES, LONGEST_CATEGORY = 10, 255


def _object(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


def _list(items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


def _switches(*names: str, **more: Any) -> dict[str, Any]:
    return _object(**dict.fromkeys(names, BOOLEAN), **more)


STRING, FILLED = {"type": "string"}, {"type": "string", "minLength": 1}
BOOLEAN, WHOLE, ANY_OBJECT = {"type": "boolean"}, {"type": "integer"}, {"type": "object"}
ADDRESS = _object(("email",), email={"type": "string", "format": "address"}, name=STRING)
ADDRESSES = _list(ADDRESS, maxItems=MOST_ADDRESSES)
PERSONALIZATION = _object(
    ("to",),
    **{"from": ADDRESS},
    to=_list(ADDRESS, minItems=1, maxItems=MOST_ADDRESSES),
    cc=ADDRESSES,
    bcc=ADDRESSES,
    subject=FILLED,
    headers=ANY_OBJECT,
    substitutions={"type": "object", "additionalProperties": STRING},
    dynamic_template_data=ANY_OBJECT,
    custom_args={"type": "object", "additionalProperties": STRING},
    send_at=WHOLE,
)
ATTACHMENT = _object(
    ("content", "filename"),
    content=FILLED,
    filename=STRING,
    type=FILLED,
    disposition={"enum": ["inline", "attachment"]},
    content_id=STRING,
)
MAIL_SETTINGS = _object(
    bypass_list_management=_switches("enable"),
    bypass_spam_management=_switches("enable"),
    bypass_bounce_management=_switches("enable"),
    bypass_unsubscribe_management=_switches("enable"),
    footer=_switches("enable", text=STRING, html=STRING),
    sandbox_mode=_switches("enable"),
)
TRACKING = _object(
    click_tracking=_switches("enable", "enable_text"),
    open_tracking=_switches("enable", substitution_tag=STRING),
    subscription_tracking=_switches("enable", text=STRING, html=STRING, substitution_tag=STRING),
    ganalytics=_switches("enable", **{f"utm_{n}": STRING for n in ("source", "medium", "term", "content", "campaign")}),
)
MAIL = _object(
    ("personalizations", "from"),
    **{"from": ADDRESS},
    personalizations=_list(PERSONALIZATION, minItems=1, maxItems=MOST_PERSONALIZATIONS),
    reply_to=ADDRESS,
    reply_to_list={**ADDRESSES, "uniqueItems": True},
    subject=FILLED,
    content=_list(_object(("type", "value"), type=FILLED, value=FILLED), minItems=1),
    attachments=_list(ATTACHMENT),
    template_id=STRING,
    headers=ANY_OBJECT,
    categories=_list({"type": "string", "maxLength": LONGEST_CATEGORY}, maxItems=MOST_CATEGORIES, uniqueItems=True),
    # An object in practice, a string by the published description.
    custom_args={"type": ["string", "object"], "additionalProperties": STRING},
    send_at=WHOLE,
    batch_id=STRING,
    asm=_object(("group_id",), group_id=WHOLE, groups_to_display=_list(WHOLE, maxItems=25)),
    ip_pool_name={"type": "string", "minLength": 2, "maxLength": 64},
    mail_settings=MAIL_SETTINGS,
    tracking_settings=TRACKING,
)
