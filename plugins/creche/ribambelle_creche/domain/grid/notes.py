"""What is wrong with a file, gathered as it is read: a town hall corrects everything at once."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ribambelle_creche.domain.grid.forbidden import ground, note, schedule
from ribambelle_creche.domain.grid.lines import Block

LONGEST_LABEL = 200
OF_SCHEDULE = (
    "dépend de la semaine demandée : des points ne peuvent pas changer avec les jours, "
    "les heures ou la date d’entrée"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to correct, and the line it is on."""

    line: int
    text: str

    def __str__(self) -> str:
        """Say it as a command and a page do."""
        return f"ligne {self.line} : {self.text}"


def is_day(value: object) -> bool:
    """Tell whether a value is a day, and not a moment of one."""
    return isinstance(value, date) and not isinstance(value, datetime)


@dataclass(slots=True)
class Notes:
    """The faults found so far, and the readings every table shares."""

    faults: list[Fault] = field(default_factory=list)

    def add(self, line: int, text: str) -> None:
        """Note one fault, once."""
        if Fault(line, text) not in self.faults:
            self.faults.append(Fault(line, text))

    def known(self, told: Mapping[str, Any], keys: Iterable[str], block: Block) -> None:
        """Note the keys that mean nothing here."""
        allowed = tuple(keys)
        for key in told:
            if key in allowed:
                continue
            why = f"« {key} » {OF_SCHEDULE}" if schedule(key) else f"clé inconnue « {key} »"
            self.add(block.at(key), why)

    def code(self, told: Mapping[str, Any], block: Block) -> str:
        """Return the code of a table; small letters, digits and underscores."""
        code = told.get("code")
        if not (isinstance(code, str) and re.fullmatch(r"[a-z][a-z0-9_]{0,39}", code)):
            self.add(block.at("code"), 'code : en minuscules sans accent, par exemple "work"')
            return ""
        self._fair(code, block.at("code"))
        if word := note(code):
            self.add(
                block.at("code"), f"« {word} » : une appréciation libre ne donne pas de points"
            )
        return code

    def label(self, told: Mapping[str, Any], block: Block, *, optional: bool = False) -> str:
        """Return the words families read."""
        label = told.get("label", "" if optional else None)
        if not isinstance(label, str) or not (label.strip() or optional):
            self.add(block.at("label"), "label : écrivez ce que les familles liront")
            return ""
        if len(label) > LONGEST_LABEL:
            self.add(block.at("label"), f"label : {LONGEST_LABEL} caractères au plus")
        self._fair(label, block.at("label"))
        return label.strip()

    def _fair(self, words: str, line: int) -> None:
        if word := ground(words):
            self.add(line, f"« {word} » : la loi interdit de départager des familles ainsi")

    def integer(self, told: Mapping[str, Any], key: str, block: Block) -> int | None:
        """Return a whole number, or None when it is missing or is not one."""
        return self.whole(told.get(key), key, block.at(key))

    def whole(self, value: object, name: str, line: int) -> int | None:
        """Return a whole number that is not absurd; true and 2.5 are none."""
        if isinstance(value, bool) or not isinstance(value, int):
            self.add(line, f"{name} : écrivez un nombre entier")
            return None
        if abs(value) > 1_000_000:
            self.add(line, f"{name} : ce nombre est trop grand")
            return None
        return value

    def among(
        self, told: Mapping[str, Any], key: str, known: Iterable[str], block: Block
    ) -> str | None:
        """Return one of the words that are known, or None after saying them."""
        value, words = told.get(key), tuple(known)
        if isinstance(value, str) and value in words:
            return value
        self.add(block.at(key), f"{key} : un parmi {', '.join(words)}")
        return None

    def day(self, told: Mapping[str, Any], key: str, block: Block) -> date | None:
        """Return an optional day."""
        value = told.get(key)
        if value is not None and not is_day(value):
            self.add(block.at(key), f"{key} : écrivez une date, par exemple 2026-01-01")
            return None
        return value
