"""Is this file a grid that may be used? If not, on which lines, and why?"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ribambelle_creche.domain.grid.criteria import SCOPES, TIES, Criterion, Grid, Reserve
from ribambelle_creche.domain.grid.lines import Block, blocks
from ribambelle_creche.domain.grid.notes import Fault, Notes, is_day
from ribambelle_creche.domain.grid.one_criterion import criterion, eligible

LONGEST = 100_000
GRID_KEYS = ("version", "valid_from", "tie_break", "criterion", "reserve")
RESERVE_KEYS = ("code", "label", "scope", "per_places", "quota", "eligible")
PLACE = re.compile(r"\(at line (\d+), column \d+\)")


@dataclass(frozen=True, slots=True)
class Reading:
    """A file once read: the grid, or everything that is wrong with it, line by line."""

    grid: Grid | None
    faults: tuple[Fault, ...] = ()


def read(text: str) -> Reading:
    """Return the grid a file describes, or its faults in the order of their lines.

    >>> read('''[creche.grid]
    ... version = "2026-1"
    ... valid_from = 2026-01-01
    ... tie_break = ["complete_at", "draw"]
    ... [[creche.grid.criterion]]
    ... code = "half_days"
    ... label = "Peu de demi-journées"
    ... type = "flag"
    ... points = 10
    ... proof = "work"
    ... ''').faults
    (Fault(line=6, text='« half_days » dépend de la semaine demandée : des points ne peuvent pas \
changer avec les jours, les heures ou la date d’entrée'),)
    """
    if len(text) > LONGEST:
        return Reading(None, (Fault(1, f"le fichier dépasse {LONGEST} caractères"),))
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Reading(None, (_unreadable(text, str(error)),))
    notes = Notes()
    grid = _grid(told, blocks(text), notes)
    if notes.faults:
        return Reading(None, tuple(sorted(notes.faults, key=lambda fault: fault.line)))
    return Reading(grid)


def _unreadable(text: str, told: str) -> Fault:
    place = PLACE.search(told)
    line = int(place[1]) if place else len(text.splitlines()) or 1
    return Fault(line, f"ce n’est pas du TOML : {PLACE.sub('', told).strip().rstrip('.')}")


def _grid(told: Mapping[str, Any], found: list[Block], notes: Notes) -> Grid | None:
    top = next((one for one in found if one.name == "creche.grid"), found[0])
    creche = told.get("creche")
    table = creche.get("grid") if isinstance(creche, Mapping) else None
    if not isinstance(table, Mapping):
        notes.add(1, "il manque la table [creche.grid]")
        return None
    for name in told:
        if name != "creche":
            notes.add(
                _line_of(found, name), f"table inconnue [{name}] : tout est dans [creche.grid]"
            )
    for name in creche if isinstance(creche, Mapping) else ():
        if name != "grid":
            line = _line_of(found, f"creche.{name}")
            notes.add(
                line, f"« creche.{name} » n’est pas de ce fichier : tout est dans [creche.grid]"
            )
    for key in table:
        if key not in GRID_KEYS:
            notes.add(top.at(key), f"clé inconnue « {key} » : {', '.join(GRID_KEYS[:3])}")
    criteria = _criteria(table, found, notes)
    reserves = _reserves(table, found, notes)
    version = table.get("version")
    if not (isinstance(version, str) and re.fullmatch(r"[\w.-]{1,40}", version, re.ASCII)):
        notes.add(top.at("version"), 'version : écrivez un nom court, par exemple "2026-1"')
    valid_from = table.get("valid_from")
    if not is_day(valid_from):
        notes.add(top.at("valid_from"), "valid_from : écrivez une date, par exemple 2026-01-01")
    ties = _ties(table.get("tie_break"), top, notes)
    if notes.faults or not isinstance(version, str) or not isinstance(valid_from, date):
        return None
    return Grid(version, valid_from, ties, tuple(criteria), tuple(reserves))


def _line_of(found: list[Block], name: str) -> int:
    above, _, key = name.rpartition(".")
    for block in found:
        if block.name == above and key in block.keys:
            return block.at(key)
        if block.name == name or block.name.startswith(f"{name}."):
            return block.line
    return 1


def _ties(told: Any, top: Block, notes: Notes) -> tuple[str, ...]:
    line = top.at("tie_break")
    if not isinstance(told, list) or not told or not all(one in tuple(TIES) for one in told):
        notes.add(line, f"tie_break : une liste parmi {', '.join(TIES)}")
        return ()
    if len(set(told)) < len(told) or told[-1] != "draw":
        notes.add(line, "tie_break : chaque règle une fois, et « draw » en dernier")
    return tuple(told)


def _tables(
    table: Mapping[str, Any], name: str, found: list[Block], notes: Notes
) -> Iterator[tuple[Mapping[str, Any], Block]]:
    """Yield each table of a list with its place in the file."""
    written = [one for one in found if one.name == f"creche.grid.{name}"]
    told = table.get(name, [])
    shape = f"écrivez [[creche.grid.{name}]] au-dessus de chacun"
    line = next(one.at(name) for one in found if one.name == "creche.grid" or one is found[-1])
    if not isinstance(told, list) or len(written) != len(told):
        notes.add(line, f"« {name} » : {shape}")
        return
    for one, block in zip(told, written, strict=True):
        if isinstance(one, Mapping):
            yield one, block


def _criteria(table: Mapping[str, Any], found: list[Block], notes: Notes) -> list[Criterion]:
    kept: list[Criterion] = []
    codes: set[str] = set()
    for told, block in _tables(table, "criterion", found, notes):
        _once(told.get("code"), codes, block, notes)
        if one := criterion(told, block, notes):
            kept.append(one)
    if not table.get("criterion"):
        notes.add(1, "aucun critère : écrivez au moins un [[creche.grid.criterion]]")
    return kept


def _once(code: object, codes: set[str], block: Block, notes: Notes) -> None:
    if isinstance(code, str) and code in codes:
        notes.add(block.at("code"), f"le code « {code} » est déjà pris")
    codes.add(str(code))


def _reserves(table: Mapping[str, Any], found: list[Block], notes: Notes) -> list[Reserve]:
    kept: list[Reserve] = []
    codes: set[str] = set()
    for told, block in _tables(table, "reserve", found, notes):
        _once(told.get("code"), codes, block, notes)
        if one := _reserve(told, block, notes):
            kept.append(one)
    return kept


def _reserve(told: Mapping[str, Any], block: Block, notes: Notes) -> Reserve | None:
    before = len(notes.faults)
    notes.known(told, RESERVE_KEYS, block)
    code, label = notes.code(told, block), notes.label(told, block, optional=True)
    scope = notes.among(told, "scope", SCOPES, block)
    sizes = [key for key in ("per_places", "quota") if key in told]
    numbers = {key: notes.integer(told, key, block) for key in sizes}
    if len(sizes) != 1:
        notes.add(block.line, "une réserve a « per_places » ou « quota », et pas les deux")
    elif (size := numbers[sizes[0]]) is not None and size < 1:
        notes.add(block.at(sizes[0]), f"{sizes[0]} : au moins 1")
    asked = eligible(told, "eligible", block, notes, required=True)
    if len(notes.faults) > before or asked is None or scope is None:
        return None
    return Reserve(
        code,
        label or code,
        scope,
        asked,
        per_places=numbers.get("per_places") or 0,
        quota=numbers.get("quota") or 0,
    )
