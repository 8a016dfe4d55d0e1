"""What a replay answers when its bundle lacks a request: a refusal of that request alone, in the form of the transport.

A bare 404 would mean a wrong domain ID and a 500 a broken service; either would hold up all other calls.
"""

import json
from html import escape

from extensions.controlcenter.soap_envelope import ENVELOPE, SCHEMA

_REST_CODE = "10000000"
# A parameter that is not valid.
_SOAP_CODE = "100200"
_FAULT = (
    f'<?xml version="1.0" encoding="utf-8"?><e:Envelope xmlns:e="{ENVELOPE}"><e:Body><e:Fault>'
    f"<faultcode>e:Client</faultcode><faultstring>{_SOAP_CODE}</faultstring>"
    f'<detail><j:error xmlns:j="{SCHEMA}">{{words}}</j:error></detail></e:Fault></e:Body></e:Envelope>'
)


def unrecorded(asked: str, sentence: str) -> tuple[int, str, str]:
    """Status, content type and body for a request of the content type `asked`."""
    if "xml" in asked:
        return 500, "text/xml; charset=utf-8", _FAULT.format(words=escape(sentence))
    body = {"errorCode": _REST_CODE, "errorMessage": sentence}
    return 400, "application/json", json.dumps(body)
