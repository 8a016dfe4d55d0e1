"""Namespaces and prefixes of the wire (specification 11.1)."""

from __future__ import annotations

OPERATIONS = "http://webservice.malima.francetelecom.com/v1"
DIRECTORY = "http://connectivityDirectory.types.malima.francetelecom.com"
COMMON = "http://common.types.malima.francetelecom.com"
LIFECYCLE = "http://simLifecycleManagement.types.malima.francetelecom.com"
EXCEPTION = "http://exception.malima.francetelecom.com"
TRACKING = "http://www.francetelecom.com/iosw/v1"
# A known consumer depends on `soap` and `ns2` as they stand here.
SOAP = "soap"
PREFIXES = {OPERATIONS: "ns2", COMMON: "ns3", DIRECTORY: "ns4", LIFECYCLE: "ns5"}
FAULT_PREFIXES = {EXCEPTION: "ns2"}
WSDL_PREFIXES = {OPERATIONS: "tns", COMMON: "common", DIRECTORY: "directory", LIFECYCLE: "lifecycle"}
BASES = ("/MLM/", "/MLM_EXT_IMC/")
