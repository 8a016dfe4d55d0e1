"""`manage.py secrets`: which keys the stored secrets need, and moving them to a new one."""

import time
from argparse import ArgumentParser
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from iotdash.lib import crypto, key_doctor, key_rotation
from iotdash.lib.key_doctor import KeyUse, words
from iotdash.runtime import key_marks

_ROW = "{:<10} {:>8}  {:<8}  {:<16}  {}"


class Command(BaseCommand):
    help = "Looks after stored secrets and their encryption keys. Shows key ids, never keys."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="action")
        actions.add_parser("doctor", help="reads every stored secret; exit code 1 if one cannot be read")
        rotate = actions.add_parser("rotate", help="re-encrypts every stored secret under the first key")
        rotate.add_argument("--dry-run", action="store_true", help="only says what would be done")
        actions.add_parser("accept-digest-key", help="after IOTDASH_DIGEST_KEY was lost: goes on with the present one")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.IOTDASH_DIGEST_KEY:
            raise CommandError("IOTDASH_DIGEST_KEY is not set. Run this with the environment of the web process.")
        if options["action"] == "doctor":
            self._doctor()
        elif options["action"] == "rotate":
            self._rotate(dry_run=options["dry_run"])
        else:
            self._accept_digest_key()

    def _doctor(self) -> None:
        report = key_doctor.examine()
        self.stdout.write(_ROW.format("key", "secrets", "state", "newest", "where").rstrip())
        for number, use in enumerate(report.uses):
            self.stdout.write(_line(use, current=number == 0).rstrip())
        for advice in (*report.sentences, *_about_order(report.uses)):
            self.stdout.write(advice)
        self._refuse(report.unreadable)

    def _refuse(self, unreadable: list[KeyUse]) -> None:
        if not key_marks.digest_key_fits():
            raise CommandError("IOTDASH_DIGEST_KEY is not the key that this database was used with.")
        if unreadable:
            counts = sum((use.counts for use in unreadable), Counter())
            raise CommandError(f"Some stored secrets cannot be read ({words(counts)}).")
        self.stdout.write(self.style.SUCCESS("Every stored secret can be read."))

    def _rotate(self, *, dry_run: bool) -> None:
        if not crypto.key_ids():
            raise CommandError("IOTDASH_SECRET_KEYS is empty. Set it, the new key first.")
        began = float("inf") if dry_run else int(time.time())
        outcome = key_rotation.rotate(dry_run=dry_run)
        verb = "Would be re-encrypted" if dry_run else "Re-encrypted"
        self.stdout.write(f"{verb} under key {crypto.key_ids()[0]} ({words(outcome.changed)}).")
        if outcome.overtaken:
            self.stdout.write(f"Changed by others meanwhile ({words(outcome.overtaken)}). Run it again.")
        report = key_doctor.examine()
        for advice in (*report.sentences, *(_about_older(use, began) for use in _older(report.uses))):
            self.stdout.write(advice)
        if report.unreadable:
            raise CommandError("What cannot be read was left as it is.")

    def _accept_digest_key(self) -> None:
        if key_marks.digest_key_fits():
            self.stdout.write("IOTDASH_DIGEST_KEY is the key that this database was used with. Nothing to do.")
            return
        for sentence in key_marks.accept_digest_key():
            self.stdout.write(sentence)


def _line(use: KeyUse, *, current: bool) -> str:
    state = use.problem or ("current" if current else "older")
    newest = f"{datetime.fromtimestamp(use.newest, UTC):%Y-%m-%d %H:%M}" if use.newest else ""
    return _ROW.format(use.key_id or "none", use.total, state, newest, use.affected)


def _older(uses: tuple[KeyUse, ...]) -> list[KeyUse]:
    """The configured keys behind the first."""
    return [use for use in uses[1:] if use.key_id in crypto.key_ids()[1:] and not use.problem]


def _about_order(uses: tuple[KeyUse, ...]) -> list[str]:
    """A key behind the first that wrote later than the first did: somebody has them in another order."""
    late = [use for use in _older(uses) if uses[0].total and use.newest > uses[0].newest]
    sentence = (
        "Key {} wrote later than the first key {}: a process still has it first and must be restarted, or the keys "
        "are in the wrong order. The newest key comes first."
    )
    return [sentence.format(use.key_id, uses[0].key_id) for use in late]


def _about_older(use: KeyUse, began: float) -> str:
    if not use.total:
        return (
            f"Key {use.key_id}: nothing uses it. Once every web and worker process has been restarted with "
            f"{crypto.key_ids()[0]} first, it may be removed from IOTDASH_SECRET_KEYS."
        )
    if use.newest >= began:
        return (
            f"Key {use.key_id}: still used ({use.affected}), because a process that has it first goes on writing. "
            "Restart every web and worker process, then rotate again. Do not remove the key yet."
        )
    return f"Key {use.key_id}: still used ({use.affected}). Do not remove it yet; rotate again."
