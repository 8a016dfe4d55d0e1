"""Which rules an installed extension keeps: those of the contract, met by tests or exempt with a reason."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from extensions.core import registry
from extensions.core.contract import Manifest
from extensions.core.contract.quality import NOT_ABOUT, RULES, Rule

# What `Rule.about` asks of an extension.
ABOUT: Mapping[str, Callable[[Manifest], object]] = {
    "": lambda manifest: True,
    "operates": lambda manifest: registry.capability(manifest).operations(manifest),
    "writes": lambda manifest: any(not spec.reads for spec in registry.capability(manifest).operations(manifest)),
    "sends": lambda manifest: manifest.inbound,
    "mails": lambda manifest: manifest.capability == "mailers",
}
_CAPITALS = {"tls": "TLS"}

_HEAD = """# What is proved of each extension

Written by `manage.py quality`; a test keeps it current. Each rule is proved by tests of `tests/contract`, which run for
every installed extension against its sandbox. Where an extension is exempt from a rule, the reason stands below the
table; the tests of each rule stand below that.
"""


@dataclass(frozen=True)
class Kept:
    """`why_not` is the reason where the rule is not kept, "" where its tests prove it."""

    rule: Rule
    why_not: str

    @property
    def tests(self) -> list[str]:
        """Their names as sentences."""
        names = (test.partition("::")[2].removeprefix("test_") for test in self.rule.proved_by)
        return [" ".join(_CAPITALS.get(word, word) for word in name.split("_")) for name in names]


def table(manifest: Manifest) -> list[Kept]:
    return [Kept(rule, _why_not(manifest, rule)) for rule in RULES]


def as_markdown() -> str:
    """The tables of all installed extensions, as `extensions/QUALITY.md` has them."""
    manifests = list(registry.manifests().values())
    tables = [table(each) for each in manifests]
    rows = (
        _row(kept[0].rule.words, ["exempt" if each.why_not else "met" for each in kept])
        for kept in zip(*tables, strict=True)
    )
    reasons = (
        f"- {manifest.name}, {kept.rule.id}: {kept.why_not}"
        for manifest, kept_by in zip(manifests, tables, strict=True)
        for kept in kept_by
        if kept.why_not
    )
    head = (_HEAD, _row("rule", [each.name for each in manifests]), _row("---", ["---"] * len(manifests)))
    tests = (f"- {kept.rule.id}: {'; '.join(kept.tests)}." for kept in tables[0])
    return "\n".join([*head, *rows, "", *reasons, "", "## The tests of each rule", "", *tests]) + "\n"


def _row(first: str, cells: Sequence[str]) -> str:
    return f"| {first} | {' | '.join(cells)} |"


def problems(manifest: Manifest) -> Iterator[str]:
    """What is wrong with the exemptions that it claims; for the system check."""
    known = {rule.id for rule in RULES}
    for rule_id, reason in manifest.exempt.items():
        if rule_id not in known:
            yield f'it is exempt from "{rule_id}", which is no rule.'
        if len(reason.split()) < 3:
            yield f'it is exempt from "{rule_id}" and does not say why in a sentence.'


def _why_not(manifest: Manifest, rule: Rule) -> str:
    if rule.id in manifest.exempt:
        return manifest.exempt[rule.id]
    return "" if ABOUT[rule.about](manifest) else NOT_ABOUT[rule.about]
