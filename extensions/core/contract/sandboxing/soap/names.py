"""Namespaces of SOAP 1.1 and of XML Schema, and names as the parser spells them."""

from __future__ import annotations

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
HTTP = "http://schemas.xmlsoap.org/soap/http"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
XSD = "http://www.w3.org/2001/XMLSchema"
WSDL = "http://schemas.xmlsoap.org/wsdl/"
WSDL_SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"
CONTENT_TYPE = "text/xml; charset=utf-8"


def qualified(name: str, namespace: str) -> str:
    """`{namespace}name`"""
    return f"{{{namespace}}}{name}"


def local(tag: str) -> str:
    return tag.rpartition("}")[2]
