"""A first mapping file, from the headings of the files a town hall exported."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import tomlkit

from ribambelle.errors import Misconfigured, Refused
from ribambelle.families import columns, table_files
from ribambelle.families.table_files import TableFile
from ribambelle.search import fold
from ribambelle.takeover.mapping import MOST_LINES
from ribambelle.takeover.matters import Matter

HEAD = """\
Fichier de correspondance : ce que dit chaque fichier de l’ancien logiciel.
Relisez chaque ligne. À gauche le champ, à droite le titre de la colonne."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """What was recognised of one file."""

    name: str
    label: str
    left: str
    """Headings nothing was made of."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file, or one sheet of a workbook of several."""

    name: str
    sheet: str
    told: str
    """As it is named to a person."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A mapping file, and what it says of each file."""

    text: str
    files: list[Drafted]


def draft(folder: Path, matters: Sequence[Matter]) -> Draft:
    """Return a mapping file for the lists of a folder; raises Misconfigured when there is none."""
    document = tomlkit.document()
    for line in HEAD.splitlines():
        document.add(tomlkit.comment(line))
    document["name"] = f"Exports du dossier {folder.name}"
    told: list[Drafted] = []
    for path in sorted(one for one in folder.iterdir() if one.suffix.lower() in (".csv", ".xlsx")):
        told += _of_file(document, path, matters)
    if not told:
        raise Misconfigured(
            f"aucun fichier CSV ou XLSX dans {folder}", cure="exportez-y les listes à reprendre"
        )
    return Draft(tomlkit.dumps(document), told)


def _of_file(
    document: tomlkit.TOMLDocument, path: Path, matters: Sequence[Matter]
) -> Iterator[Drafted]:
    """Add what a file says, sheet by sheet for a workbook of several."""
    content = path.read_bytes()
    try:
        sheets = table_files.sheets(content) or ("",)
    except Refused:
        sheets = ("",)
    for sheet in sheets:
        told = sheet if len(sheets) > 1 else ""
        name = f"{path.name}, feuille « {told} »" if told else path.name
        try:
            table = table_files.read(content, most=MOST_LINES, sheet=sheet)
        except Refused:
            yield Drafted(name, "", "ce fichier ne s’ouvre pas, ou il est vide")
            continue
        yield _add(document, Source(path.name, told, name), table, matters)


def _add(
    document: tomlkit.TOMLDocument, source: Source, table: TableFile, matters: Iterable[Matter]
) -> Drafted:
    found = best(table.headings, matters)
    if found is None:
        return Drafted(source.told, "", ", ".join(one for one in table.headings if one))
    matter, at = found
    if (other := document.get(matter.code)) is not None:
        free = best(table.headings, [one for one in matters if one.code not in document])
        if free is None or len(free[1]) < len(at):
            cure = "faites-lui un second fichier de correspondance"
            return Drafted(source.told, f"{matter.label}, comme {other['file']}", cure)
        matter, at = free
    part, columns_of = tomlkit.table(), tomlkit.table()
    places = {code: [place] for code, place in at.items()}
    if (street := at.get("line", 0)) and columns.is_of_house(table.headings, street - 1):
        places["line"].insert(0, street - 1)
    for code, some in places.items():
        titles = [titled(table.headings, place) for place in some]
        columns_of[code] = titles if len(titles) > 1 else titles[0]
    used = {place for some in places.values() for place in some}
    left = ", ".join(
        told for place, told in enumerate(table.headings) if told and place not in used
    )
    part["file"] = source.name
    if source.sheet:
        part["sheet"] = source.sheet
    for one in matter.fields:
        if one.is_needed and one.code not in at:
            part.add(tomlkit.comment(f"à trouver : {one.code} ({one.label})"))
    if left:
        part.add(tomlkit.comment(f"colonnes sans emploi : {left}"))
    part["columns"] = columns_of
    document[matter.code] = part
    return Drafted(source.told, matter.label, left)


def titled(headings: Sequence[str], place: int) -> str:
    """Return how a mapping names a column: by its heading, and its turn among those alike.

    >>> titled(["N°", "Nom", "N°"], 0), titled(["N°", "Nom", "N°"], 2)
    ('N°', 'N° (2)')
    """
    heading = headings[place]
    nth = sum(fold(one) == fold(heading) for one in headings[: place + 1])
    return heading if nth == 1 else f"{heading} ({nth})"


def best(
    headings: Sequence[str], matters: Iterable[Matter]
) -> tuple[Matter, Mapping[str, int]] | None:
    """Return the matter a list seems to be about: all it needs is there, then most of the rest.

    >>> from ribambelle.families.columns import Field
    >>> def matter(code, *needed):
    ...     fields = tuple(Field(one, one, (one,), is_needed=True) for one in needed)
    ...     return Matter(code, code, 1, fields, None)
    >>> found = best(["nom", "activite"], [matter("a", "nom"), matter("b", "nom", "activite")])
    >>> found[0].code, found[1]
    ('b', {'nom': 0, 'activite': 1})
    """
    scored = []
    for matter in matters:
        at = columns.guess(headings, matter.fields)
        needed = [one.code for one in matter.fields if one.is_needed]
        held = sum(code in at for code in needed)
        if held or len(at) > 1:
            scored.append((held == len(needed), len(at) / len(headings), held, matter, at))
    if not scored:
        return None
    *_, matter, at = max(scored, key=lambda one: one[:3])
    return matter, at
