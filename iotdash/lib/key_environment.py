"""Keys from the environment, or from files that it names: NAME holds the text, NAME_FILE the path of a file with it.

What cannot be read is a sentence in `problems`, which a system check says at start; it never tells a key.
"""

from collections.abc import Mapping
from pathlib import Path


class KeyEnvironment:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def text(self, name: str) -> str:
        """ "" if neither is set, or what is set cannot be used. Blanks and line ends around it do not count."""
        text, path = self._environ.get(name, "").strip(), self._environ.get(f"{name}_FILE", "").strip()
        if text and path:
            self.problems.append(f"{name} and {name}_FILE are both set. Keep one of them.")
            return ""
        return self._of_file(name, path) if path else text

    def texts(self, name: str) -> list[str]:
        """Separated by commas or line ends."""
        parts = self.text(name).replace("\n", ",").split(",")
        return [part.strip() for part in parts if part.strip()]

    def _of_file(self, name: str, path: str) -> str:
        try:
            text = Path(path).read_text().strip()
        except (OSError, UnicodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text"
            self.problems.append(f"{name}_FILE names {path}, which cannot be read: {reason}.")
            return ""
        if not text:
            self.problems.append(f"{name}_FILE names {path}, which is empty.")
        return text
