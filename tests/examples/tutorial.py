"""The blocks of a page of docs/, run in order as a reader would type them."""

import ast
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """Commands to type (`sh`, in a clean place only, or when there is time), or a file to write."""

    language: str
    place: str
    text: str

    @property
    def commands(self) -> list[str]:
        return self.text.splitlines() if self.language == "sh" else []


def blocks(text: str = "") -> list[Block]:
    return [Block(*found) for found in BLOCK.findall(text or TUTORIAL.read_text("utf-8"))]


def followed(
    folder: Path, environment: dict[str, str], *, skipping: tuple[str, ...] = (), text: str = ""
) -> str:
    """Do what a page says in a folder, the tutorial unless given; return all that was told."""
    told, activated = [], ""
    for block in blocks(text):
        if block.place in skipping:
            continue
        if block.language != "sh":
            written(folder / block.place, block.text)
            continue
        done = subprocess.run(
            ["sh", "-e", "-c", activated + block.text],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, block.text + done.stdout + done.stderr
        told.append(done.stdout)
        # what was activated stays so, as in the reader's terminal
        activated += "".join(
            f"{one}\n" for one in block.commands if one.startswith((". ", "export "))
        )
    return "".join(told)


def written(file: Path, text: str) -> None:
    """Write a new file, or in one that is there write functions over those of the same name."""
    if not file.exists():
        file.write_text(text, "utf-8")
        return
    lines = file.read_text("utf-8").splitlines(keepends=True)
    new = {one.name: one for one in _functions(text)}
    for old in reversed(_functions("".join(lines))):
        if one := new.pop(old.name, None):
            lines[_first(old) : old.end_lineno] = text.splitlines(keepends=True)[
                _first(one) : one.end_lineno
            ]
    assert not new, f"{file}: no such function to write over: {', '.join(new)}"
    file.write_text("".join(lines), "utf-8")


def _functions(text: str) -> list[ast.FunctionDef]:
    return [one for one in ast.parse(text).body if isinstance(one, ast.FunctionDef)]


def _first(function: ast.FunctionDef) -> int:
    return min(one.lineno for one in [function, *function.decorator_list]) - 1
