"""Rehearsing without an account: the sandbox as the manifest offers it."""

from pathlib import Path

from extensions.core.contract import DemoData, Sandbox


def offer() -> Sandbox:
    """For `Manifest.sandbox`. Its server is imported only where it is run."""
    from extensions.orange import sandbox

    return sandbox.sandbox()


def demo(state_dir: Path) -> DemoData:
    """For `Manifest.demo`."""
    from extensions.orange import sample

    return sample.demo(state_dir)
