"""Writes import-linter's configuration from what is installed. Nothing here names a provider."""

from pathlib import Path

from tests.architecture import house

HEADER = """[importlinter]
root_packages =
    iotdash
    devices
    extensions
include_external_packages = True
exclude_type_checking_imports = True
"""
# Providers and dialects see no request, no rows, no queue.
FRAMEWORK = ("django", "celery", "kombu", "redis")


def configuration() -> str:
    own = [_only_contracts(name, allowed=house.dialects()) for name in house.providers()]
    # A dialect turns what the guarded session raises into the contract's errors, so it may know `lib`.
    wire = [_only_contracts(name, allowed=["lib"]) for name in house.dialects()]
    return "\n".join([HEADER, _rows(), *own, *wire])


def _rows() -> str:
    rows = [
        [f"iotdash.{name}" for name in house.root_modules()],
        [f"extensions.{name}" for name in house.providers()],
        [f"extensions.{name}" for name in house.dialects()],
        [f"extensions.{name}" for name in house.capabilities()],
        ["extensions.core"],
        ["devices"],
        *([f"iotdash.{name}"] for name in house.LOWER_ROWS),
    ]
    root, *lower = [row for row in rows if row]
    # Modules of the root may know each other; providers, dialects and capabilities may not.
    layers = [" : ".join(root), *(" | ".join(row) for row in lower)]
    return _contract("rows", "A row imports lower rows only", "layers", {"layers": layers})


def _only_contracts(name: str, allowed: list[str]) -> str:
    """A contract that one folder imports core's and the capabilities' contracts, and what else is allowed."""
    others = set(house.extension_folders()) - {"core", name} - set(house.capabilities()) - set(allowed)
    forbidden = ["devices", *FRAMEWORK, *(f"extensions.{other}" for other in sorted(others))]
    forbidden += [f"iotdash.{module}" for module in house.children(house.ROOT / "iotdash") if module not in allowed]
    for folder in ("core", *house.capabilities()):
        modules = house.children(house.extension_folders()[folder])
        forbidden += [f"extensions.{folder}.{module}" for module in modules if module != "contract"]
    options = {"source_modules": [f"extensions.{name}"], "forbidden_modules": forbidden}
    return _contract(f"only-{name}", f"{name} imports contracts and dialects only", "forbidden", options)


def _contract(identifier: str, name: str, kind: str, options: dict[str, list[str]]) -> str:
    lines = [f"[importlinter:contract:{identifier}]", f"name = {name}", f"type = {kind}"]
    for option, values in {**options, "ignore_imports": ["extensions.*.tests.** -> **"]}.items():
        lines += [f"{option} =", *(f"    {value}" for value in values)]
    if kind == "forbidden":
        lines.append("allow_indirect_imports = True")
    return "\n".join([*lines, "unmatched_ignore_imports_alerting = none", ""])


def write(path: Path) -> None:
    path.write_text(configuration())
