"""Measures the product: lines per layer, lengths of files, functions and templates."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median

from tests.architecture import house

FILE_LIMIT, FUNCTION_LIMIT, TEMPLATE_LIMIT, FUNCTION_MEDIAN_LIMIT = 300, 25, 80, 8


@dataclass(frozen=True)
class Size:
    name: str
    lines: int


def lines_of(path: Path) -> int:
    return len(path.read_text().splitlines())


def functions(path: Path) -> Iterator[Size]:
    """Every function with its lines, decorators and documentation left out."""
    for node in ast.walk(house.parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[1] if len(node.body) > 1 and ast.get_docstring(node) else node.body[0]
            signature = node.body[0].lineno - node.lineno
            yield Size(f"{house.name_of(path)}::{node.name}", node.end_lineno - first.lineno + 1 + signature)


def layer(path: Path) -> str:
    """`extensions/core`, `iotdash/lib`, `devices`, … as the design's rows; a sandbox counts apart from its client."""
    first, second, third, *_ = [*path.relative_to(house.ROOT).parts, "", ""]
    if third == "sandbox":
        return f"{first}/{second}/{third}"
    if "sandboxing" in path.parts:
        return "extensions/core/contract/sandboxing"
    if first == "extensions" or (first == "iotdash" and second in house.LOWER_ROWS):
        return f"{first}/{second}"
    return "iotdash (root)" if first == "iotdash" else first


class Report:
    @cached_property
    def files(self) -> list[Size]:
        return [Size(house.name_of(path), lines_of(path)) for path in house.product_files()]

    @cached_property
    def functions(self) -> list[Size]:
        return [size for path in house.product_files() for size in functions(path)]

    @cached_property
    def templates(self) -> list[Size]:
        return [Size(house.name_of(path), lines_of(path)) for path in house.product_files(".html")]

    def layers(self) -> Counter[str]:
        counted: Counter[str] = Counter()
        for path in [*house.product_files(), *house.product_files(".html")]:
            counted[layer(path)] += lines_of(path)
        tests = {path for path in house.ROOT.rglob("test*/**/*.py") if ".venv" not in path.parts}
        counted["tests"] = sum(lines_of(path) for path in tests)
        return counted

    def over(self) -> list[Size]:
        """What exceeds its limit, longest first."""
        limits = (
            (self.files, FILE_LIMIT),
            (self.functions, FUNCTION_LIMIT),
            (self.templates, TEMPLATE_LIMIT),
        )
        found = [size for sizes, limit in limits for size in sizes if size.lines > limit]
        return sorted(found, key=lambda size: -size.lines)

    def text(self) -> str:
        rows = [f"{lines:7} {name}" for name, lines in sorted(self.layers().items())]
        medians = (("function", self.functions), ("file", self.files), ("template", self.templates))
        rows += [f"{middle(sizes):7g} median {what} ({len(sizes)} of them)" for what, sizes in medians]
        rows += [f"{size.lines:7} over its limit: {size.name}" for size in self.over()]
        return "\n".join(["  lines", *rows, ""])


def middle(sizes: list[Size]) -> float:
    return median(size.lines for size in sizes)
