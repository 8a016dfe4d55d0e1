"""Processes that tests start: what they see of the environment, and how they end."""

import os
import subprocess

from tests.demo.test_environment import documented


def environment(**given: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in documented()} | given


def end(process: subprocess.Popen) -> None:
    """Politely, then not."""
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
