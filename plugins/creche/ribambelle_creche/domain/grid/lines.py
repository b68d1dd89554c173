"""On which line does a TOML file say something? The reader of the standard library does not tell."""

import re
from dataclasses import dataclass, field

HEADER = re.compile(r"^\s*(\[{1,2})([^\[\]]+)\]{1,2}")
KEY = re.compile(r"""^\s*([A-Za-z0-9_-]+|"[^"]*"|'[^']*')\s*(?:=|\.)""")


@dataclass(slots=True)
class Block:
    """One table of the file: its name, the line of its heading, the line of each of its keys."""

    name: str
    line: int
    keys: dict[str, int] = field(default_factory=dict)

    def at(self, key: str = "") -> int:
        """Return the line of a key, or of the heading when the key is not written there."""
        return self.keys.get(key, self.line)


def blocks(text: str) -> list[Block]:
    """Return the tables of a file in order; what a multi-line value holds is not looked into.

    A table under another (``[a.b.values]``) counts as a key of it.

    >>> found = blocks('''[creche.grid]
    ... version = "1"
    ... [[creche.grid.criterion]]
    ... code = "a"  # [[creche.grid.criterion]]
    ... values = {
    ...   x = 1 }
    ... ''')
    >>> [(one.name, one.line, one.keys) for one in found]
    [('creche.grid', 1, {'version': 2}), ('creche.grid.criterion', 3, {'code': 4, 'values': 5})]
    """
    found = [Block("", 1)]
    inside = _Inside()
    for number, line in enumerate(text.splitlines(), start=1):
        if inside.is_nothing:
            if header := HEADER.match(line):
                _open(found, header, number)
            elif key := KEY.match(line):
                found[-1].keys.setdefault(key[1].strip("\"'"), number)
        inside.read(line)
    return found[1:] if len(found) > 1 else found


def _open(found: list[Block], header: re.Match[str], number: int) -> None:
    name = ".".join(part.strip().strip("\"'") for part in header[2].split("."))
    above = found[-1]
    if header[1] == "[" and above.name and name.startswith(f"{above.name}."):
        key = name.removeprefix(f"{above.name}.").partition(".")[0]
        if key not in ("criterion", "reserve", "grid"):
            above.keys.setdefault(key, number)
            return
    found.append(Block(name, number))


class _Inside:
    """Whether a line begins inside a text or a list that an earlier line opened."""

    def __init__(self) -> None:
        self.quote, self.depth = "", 0

    @property
    def is_nothing(self) -> bool:
        return not self.quote and self.depth <= 0

    def read(self, line: str) -> None:
        """Follow the quotes and brackets of one line."""
        if self.is_nothing and HEADER.match(line):
            return
        at = 0
        while at < len(line):
            at += self._step(line, at)
        if len(self.quote) == 1:
            self.quote = ""

    def _step(self, line: str, at: int) -> int:
        if self.quote:
            if line[at] == "\\" and self.quote.startswith('"'):
                return 2
            if line.startswith(self.quote, at):
                closed, self.quote = len(self.quote), ""
                return closed
            return 1
        sign = line[at]
        if sign == "#":
            return len(line) - at
        if sign in "\"'":
            self.quote = sign * 3 if line.startswith(sign * 3, at) else sign
            return len(self.quote)
        self.depth += (sign in "[{") - (sign in "]}")
        return 1
