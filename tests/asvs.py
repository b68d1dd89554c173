"""The page of ASVS 5.0, written from the tests that bear its requirements: ``python -m tests.asvs``."""

import ast
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE, PAGE = ROOT / "docs" / "asvs.toml", ROOT / "docs" / "asvs.md"
TOP = """\
# OWASP ASVS 5.0: what is proved, what is documented, what is open

Written by `python -m tests.asvs` from the tests that bear `@pytest.mark.asvs`; a test fails when it is
out of date. The requirements are named in our own words: the standard has its own.

{counts}

| | | Level | How |
| --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Requirement:
    """One requirement, its level, and what shows it."""

    number: str
    level: int
    told: str
    proofs: tuple[str, ...]
    documented: str
    open: str


def marked() -> dict[str, list[str]]:
    """Return the tests that bear each number, as ``core/test_portal.py::test_…``."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        text = file.read_text("utf-8")
        if "mark.asvs" not in text:
            continue
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for number in _numbers(node):
                    name = f"{file.relative_to(ROOT / 'tests')}::{node.name}"
                    found[number].append(name)
    return found


def _numbers(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    return [
        argument.value
        for call in node.decorator_list
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.asvs"
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]


def requirements() -> list[Requirement]:
    """Return the requirements that apply, in the standard's order."""
    said, proofs = tomllib.loads(SOURCE.read_text("utf-8")), marked()
    every = [
        Requirement(
            *(number, level, told, tuple(proofs.get(number, ()))),
            *(said["documented"].get(number, ""), said["open"].get(number, "")),
        )
        for level in (1, 2)
        for number, told in said[f"level{level}"].items()
    ]
    return sorted(every, key=lambda one: [int(part) for part in one.number.split(".")])


def counts(every: list[Requirement]) -> str:
    """Say how many are proved, documented, open."""
    proved = [one for one in every if one.proofs]
    told = [one for one in every if not one.proofs and one.documented]
    left = [one for one in every if not one.proofs and not one.documented]
    first = [one for one in every if one.level == 1]
    held = [one for one in first if one.proofs or one.documented]
    return (
        f"**Applicable {len(every)}: {len(proved)} with an executable proof, {len(told)} documented, "
        f"{len(left)} open.** Level 1: {len(held)} of {len(first)} proved or documented. Nobody from "
        "outside has audited it."
    )


def page() -> str:
    """Return the page."""
    every = requirements()
    lines = [f"| {one.number} | {one.told} | {one.level} | {_how(one)} |" for one in every]
    return TOP.format(counts=counts(every)) + "\n".join(lines) + "\n"


def _how(one: Requirement) -> str:
    if one.proofs:
        return "<br>".join(f"`{proof}`" for proof in one.proofs)
    return one.documented or f"**open**: {one.open or 'nothing shows it yet'}"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
