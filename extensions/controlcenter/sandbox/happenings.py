"""What devices do by themselves: using data, and sending SMS."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime

from extensions.core.contract.sandboxing.records import insert, update

from . import fleet, usage
from .messages import MOBILE, SERVER, next_id
from .model import CycleUsage, Message, Sim
from .push import events, queue


def use_data(db: sqlite3.Connection, sim: Sim, data_bytes: int, at: datetime) -> int:
    """Adds data to the running cycle and tells of it; returns the SIM's data in the cycle so far, in bytes."""
    entry = usage.running_entry(db, sim, at)
    insert(db, "usage", [replace(entry, data_bytes=(entry.data_bytes or 0) + data_bytes)], CycleUsage)
    queue.plan(db, events.USAGE, sim, at)
    used = sum(each.data_bytes or 0 for each in usage.in_cycle(db, sim.iccid, entry.cycle_start))
    plan = fleet.plan_of(db, sim)
    if plan and used > plan.included_bytes and not sim.overage_limit_reached:
        update(db, "sims", ("iccid", sim.iccid), {"overage_limit_reached": True})
        queue.plan(db, events.DATA_LIMIT, sim, at)
    return used


def send_sms(db: sqlite3.Connection, sim: Sim, text: str, at: datetime) -> Message:
    """A message from the device, which the carrier has received."""
    who = (next_id(db), sim.account_id, sim.iccid)
    sent_from = sim.msisdn or sim.iccid
    message = Message(*who, text, "MO", "Received", MOBILE, SERVER, sent_from, at, date_sent=at, date_received=at)
    insert(db, "messages", [message], Message)
    entry = usage.running_entry(db, sim, at)
    insert(db, "usage", [replace(entry, sms_mo=(entry.sms_mo or 0) + 1)], CycleUsage)
    queue.plan(db, events.SMS_RECEIVED, sim, at, text=text)
    return message
