"""Putting a city's list of crèches in the database: all of it, or nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ribambelle.database import transaction
from ribambelle.identity.tables import Quartier
from ribambelle.search import fold
from ribambelle_creche.domain.import_list import Line, columns_of, read, rows_of
from ribambelle_creche.tables import Facility

CREATED, UPDATED, SAME, REFUSED = "créée", "mise à jour", "inchangée", "refusée"
ASIDE = "laissée de côté"
MICRO = {
    "quartier": "quartier secteur",
    "name": "micro_quartier microquartier iris nom",
    "population": "population population_2018 habitants",
}
WRITTEN = (
    "name",
    "kind",
    "address",
    "micro_quartier",
    "places",
    "latitude",
    "longitude",
)
IF_SAID = ("phone", "email")
"""Written when the list says them: a blank never erases what a crèche wrote of itself."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one line."""

    line: Line
    done: str

    @property
    def remark(self) -> str:
        """What a person should know of it, or nothing."""
        return self.line.aside or self.line.refusal or " ; ".join(self.line.remarks)


def micro_quartiers(content: bytes) -> list[tuple[str, str, int]]:
    """Return the quartier, name and population of each micro-quartier of a list."""
    headings, rows = rows_of(content)
    columns = columns_of(headings, MICRO, ("quartier", "name"))
    found = []
    for _, row in rows:
        population = row.get(columns.get("population", ""), "")
        people = int(population) if population.isdecimal() else 0
        found.append((row[columns["quartier"]], row[columns["name"]], people))
    return found


async def bring_in(content: bytes, micro: bytes | None, *, dry_run: bool) -> list[Outcome]:
    """Bring a list in and return what became of each line; a dry run writes nothing."""
    parts = micro_quartiers(micro) if micro else []
    known: dict[str, list[str]] = {}
    for quartier, name, _ in parts:
        known.setdefault(fold(quartier), []).append(name)
    lines = list(read(content, known))
    before = {one.import_key: one for one in await Facility.objects(Facility.quartier)}
    outcomes = list(_decided(lines, before))
    if not dry_run:
        async with transaction():
            places = await _quartiers(lines, parts)
            for outcome in outcomes:
                if outcome.done in (CREATED, UPDATED):
                    await _write(outcome.line, before.get(outcome.line.key), places)
    return outcomes


def _decided(lines: Iterable[Line], before: dict[str, Facility]) -> Iterable[Outcome]:
    """Say of each line what is to be done; a crèche listed twice is refused the second time."""
    seen: dict[str, int] = {}
    for line in lines:
        if line.aside:
            yield Outcome(_still_there(line) if line.key in before else line, ASIDE)
        elif line.refusal:
            yield Outcome(line, REFUSED)
        elif line.key in seen:
            yield Outcome(_refusing(line, f"déjà en ligne {seen[line.key]}"), REFUSED)
        else:
            seen[line.key] = line.number
            known = before.get(line.key)
            if known is None:
                yield Outcome(line, CREATED)
            else:
                done = UPDATED if _differs(line, known) else SAME
                yield Outcome(line if known.is_open else _closed(line), done)


def _said(line: Line) -> tuple[str, ...]:
    return (*WRITTEN, *(name for name in IF_SAID if getattr(line, name)))


def _differs(line: Line, known: Facility) -> bool:
    """Tell whether the list says something else than what is kept."""
    quartier = known.quartier.folded if known.quartier.id else ""
    moved = quartier != fold(line.quartier)
    return moved or any(getattr(known, name) != getattr(line, name) for name in _said(line))


def _still_there(line: Line) -> Line:
    told = "elle avait été importée, et reste avec les demandes qui la nomment"
    return replace(line, aside=f"{line.aside} ; {told}")


def _closed(line: Line) -> Line:
    told = "fermée par la mairie, elle le reste : « Rouvrir », à la page des crèches"
    return replace(line, remarks=(*line.remarks, told))


def _refusing(line: Line, why: str) -> Line:
    return replace(line, refusal=why)


async def _quartiers(lines: Iterable[Line], parts: list[tuple[str, str, int]]) -> dict[str, int]:
    """Write the quartiers and micro-quartiers that are not there yet; return ids by folded name."""
    kept = [line for line in lines if not (line.refusal or line.aside)]
    names = {fold(line.quartier): line.quartier for line in kept}
    names |= {fold(quartier): quartier for quartier, _, _ in parts}
    people: dict[str, int] = {}
    for quartier, _, population in parts:
        people[fold(quartier)] = people.get(fold(quartier), 0) + population
    for folded, name in sorted(names.items()):
        row = Quartier(name=name, folded=folded, population=people.get(folded, 0))
        await Quartier.insert(row).on_conflict(target=Quartier.folded, action="DO NOTHING")
    ids = {
        row["folded"]: int(row["id"])
        for row in await Quartier.select(Quartier.id, Quartier.folded).where(
            Quartier.folded.is_in(list(names) or [""])
        )
    }
    for quartier, name, population in parts:
        row = Quartier(
            name=name,
            folded=fold(f"{quartier} {name}"),
            parent=ids[fold(quartier)],
            population=population,
        )
        await Quartier.insert(row).on_conflict(
            target=Quartier.folded, action="DO UPDATE", values=[Quartier.population]
        )
    return ids


async def _write(line: Line, known: Facility | None, places: dict[str, int]) -> None:
    row = known or Facility(import_key=line.key)
    for name in _said(line):
        setattr(row, name, getattr(line, name))
    row.folded, row.quartier = fold(line.name), places[fold(line.quartier)]
    await row.save()
