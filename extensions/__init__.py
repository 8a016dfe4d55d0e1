"""Extensions: one folder per external service.

Folders named in `IOTDASH_EXTENSION_PATHS` (separated by `:`) are searched too, so that an installation can add a
service of its own without touching this tree: a folder `meterco/` in one of them is importable as `extensions.meterco`.
"""

import os

__path__ += [path for path in os.environ.get("IOTDASH_EXTENSION_PATHS", "").split(os.pathsep) if path]
