"""What happens to an operation inside its lane: performed once, then read back until the outcome is known.

Reads are tried again. A write is sent once: after a lost answer its outcome is `unknown` until a read-back finds out,
and a write that was refused for its pace only is sent again after reading back first.
"""

from extensions.core.performing.outcomes import answer_lost
from extensions.core.performing.running import run

__all__ = ["answer_lost", "run"]
