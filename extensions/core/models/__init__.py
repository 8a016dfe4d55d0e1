"""Rows of the extensions: configurations, lanes, checks, operations, exchanges, what devices are configured with, what
services tell by themselves.
"""

from extensions.core.models.check import ConnectionCheck
from extensions.core.models.configuration import STANDING_STILL, ExtensionConfig, Health
from extensions.core.models.device import DeviceConfiguration
from extensions.core.models.draft import SettingsDraft
from extensions.core.models.exchange import Exchange
from extensions.core.models.inbound import InboundCount, InboundEvent, InboundHook
from extensions.core.models.lane import CallCount, Lane, Purpose
from extensions.core.models.operation import UNSETTLED, Operation, State

__all__ = [
    "STANDING_STILL",
    "UNSETTLED",
    "CallCount",
    "ConnectionCheck",
    "DeviceConfiguration",
    "Exchange",
    "ExtensionConfig",
    "Health",
    "InboundCount",
    "InboundEvent",
    "InboundHook",
    "Lane",
    "Operation",
    "Purpose",
    "SettingsDraft",
    "State",
]
