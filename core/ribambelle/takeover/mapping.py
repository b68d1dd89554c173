"""The mapping file: which file of the other program says what, in which columns, in which words."""

import datetime
import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from ribambelle.errors import Misconfigured, Refused
from ribambelle.families import columns, table_files
from ribambelle.families.table_files import TableFile
from ribambelle.search import fold
from ribambelle.takeover.lines import Line
from ribambelle.takeover.matters import Matter
from ribambelle.tenants.settings import convert

MOST_LINES = 200_000
Words = str | tuple[str, ...]


class Beside(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file that says more of each line: found by what both call the same thing."""

    file: str
    column: str
    """Heading here."""
    other: str
    """Heading there."""


class FileMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the files of one matter are read."""

    file: str
    """Name in the folder; `*` stands for any words: one file for each school, for instance."""
    sheet: str = ""
    """Sheet of a workbook; the first when nothing is said."""
    columns: dict[str, Words] = {}
    """Heading of the column that says each field, or several whose words are joined."""
    join: str = " "
    """What stands between the words of several columns."""
    only: dict[str, Words] = {}
    """Lines that are read: those whose column says one of these words."""
    constants: dict[str, str | int] = {}
    """What every line says, though no column does."""
    values: dict[str, dict[str, str]] = {}
    """What the other program's words become, by field."""
    beside: Beside | None = None
    """Another file whose columns stand beside these: who is whose child, for instance."""


@dataclass(frozen=True, slots=True)
class TakenFile:
    """One file, read: its lines for one matter, and its own rows for those to correct."""

    matter: Matter
    name: str
    digest: str
    table: TableFile
    lines: tuple[Line, ...]
    left_out: int = 0
    """Lines that `only` does not read."""


@dataclass(frozen=True, slots=True)
class MappingFile:
    """A mapping file: the other program's name, and how each matter is read."""

    name: str
    files: Mapping[str, FileMapping]


def read(text: str, matters: Sequence[Matter], called: str = "") -> MappingFile:
    """Return what a mapping file says; raises Misconfigured with the key and the cure.

    >>> read('name = "X"\\n[families]\\nfile = 3', [Matter("families", "", 1, (), None)])
    Traceback (most recent call last):
    ...
    ribambelle.errors.Misconfigured: clé « families.file » : valeur inattendue. \
Attendu : du texte, trouvé : un nombre entier.
    """
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"ce fichier n’est pas du TOML : {error}", file=called) from error
    name = said.pop("name", None)
    if not isinstance(name, str) or not name.strip():
        raise Misconfigured(
            "il manque le nom du logiciel",
            file=called,
            key="name",
            cure='écrivez en tête name = "Ancien logiciel, juin 2026"',
        )
    known = {one.code: one for one in matters}
    for code in said:
        if code not in known:
            raise Misconfigured(
                f"rien ne se reprend sous « {code} »",
                file=called,
                key=code,
                cure=f"choisissez parmi {', '.join(known)} ; un module désactivé ne reprend rien",
            )
    files = {code: _file(said[code], known[code], called) for code in said}
    if not files:
        raise Misconfigured(
            "ce fichier ne dit rien à reprendre",
            file=called,
            cure=f"ajoutez une partie, par exemple [{next(iter(known), 'families')}]",
        )
    return MappingFile(name.strip(), files)


def _file(said: Any, matter: Matter, called: str) -> FileMapping:
    if isinstance(constants := said.get("constants") if isinstance(said, dict) else None, dict):
        said["constants"] = {
            code: value.isoformat() if isinstance(value, datetime.date) else value
            for code, value in constants.items()
        }
    found = convert(said, FileMapping, called, matter.code)
    fields = {one.code for one in matter.fields}
    for part in ("columns", "constants", "values"):
        for code in getattr(found, part):
            if code not in fields:
                raise Misconfigured(
                    f"« {code} » n’est pas un champ de cette partie",
                    file=called,
                    key=f"{matter.code}.{part}",
                    cure=f"choisissez parmi {', '.join(one.code for one in matter.fields)}",
                )
    return found


def files(folder: Path, mapping: MappingFile, matters: Sequence[Matter]) -> list[TakenFile]:
    """Read every file a mapping names, in the order matters are taken over.

    Raises Misconfigured for a file or a column that is not there, or does not open.
    """
    found: list[TakenFile] = []
    for matter in sorted(matters, key=lambda one: one.order):
        if (said := mapping.files.get(matter.code)) is None:
            continue
        paths = sorted(path for path in folder.glob(said.file) if path.is_file())
        if not paths:
            raise Misconfigured(
                f"aucun fichier « {said.file} » dans {folder}",
                key=f"{matter.code}.file",
                cure="vérifiez le nom, ou mettez * à la place de ce qui change",
            )
        read = [_read(path, said, matter) for path in paths]
        _require_different(read)
        found += read
    return found


def _require_different(read: Sequence[TakenFile]) -> None:
    """Refuse a file that stands there twice: what each family owes would count twice."""
    names: dict[str, str] = {}
    for one in read:
        if (other := names.setdefault(one.digest, one.name)) != one.name:
            raise Misconfigured(
                f"{other} et {one.name} sont le même fichier",
                key=f"{one.matter.code}.file",
                cure="retirez l’un des deux du dossier",
            )


def _read(path: Path, said: FileMapping, matter: Matter) -> TakenFile:
    content = path.read_bytes()
    table = _table(content, path.name, f"{matter.code}.file", said.sheet)
    if said.beside is not None:
        table = _with(table, said.beside, path, f"{matter.code}.beside")
    at = _columns(table, said, matter, path.name)
    only = {
        _at(table, heading, f"{matter.code}.only", path.name): {
            fold(one) for one in _several(words)
        }
        for heading, words in said.only.items()
    }
    words = {
        field: {fold(word): becomes for word, becomes in told.items()}
        for field, told in said.values.items()
    }
    lines = [
        Line(place + 2, _said(cells, at, said, words), table.line(place))
        for place, cells in enumerate(table.rows)
        if all(fold(cells[place]) in some for place, some in only.items())
    ]
    digest = hashlib.sha256(content).hexdigest()
    left = len(table.rows) - len(lines)
    return TakenFile(matter, path.name, digest, table, tuple(lines), left)


def _table(content: bytes, name: str, key: str, sheet: str = "") -> TableFile:
    """Return the list a file holds; one of several that does not open is named."""
    try:
        return table_files.read(content, most=MOST_LINES, sheet=sheet)
    except Refused as refusal:
        what, cure = UNREAD[refusal.reason]
        facts = {"name": name, "sheet": "", "known": "", **refusal.facts}
        raise Misconfigured(what.format(**facts), key=key, cure=cure.format(**facts)) from refusal


UNREAD = {
    "list_unreadable": ("{name} ne s’ouvre pas", "enregistrez-le en CSV ou en XLSX"),
    "list_empty": ("{name} n’a aucune ligne sous ses titres", "exportez-le de nouveau"),
    "list_too_long": ("{name} a plus de 200 000 lignes", "coupez-le en plusieurs"),
    "sheet_unknown": (
        "dans {name}, aucune feuille ne s’appelle « {sheet} »",
        "choisissez parmi {known}",
    ),
}
"""What is wrong with a file, and what to do."""


def _with(table: TableFile, beside: Beside, path: Path, key: str) -> TableFile:
    """Return lines with those of another file beside them: one for each that answers."""
    other = path.parent / beside.file
    if not other.is_file():
        raise Misconfigured(
            f"aucun fichier « {beside.file} » dans {path.parent}", key=f"{key}.file"
        )
    more = _table(other.read_bytes(), beside.file, f"{key}.file")
    here = _at(table, beside.column, f"{key}.column", path.name)
    there = _at(more, beside.other, f"{key}.other", beside.file)
    found: dict[str, list[tuple[str, ...]]] = {}
    for cells in more.rows:
        found.setdefault(cells[there], []).append(cells)
    nothing = [("",) * len(more.headings)]
    rows, lines = [], []
    for place, cells in enumerate(table.rows):
        for each in found.get(cells[here], nothing):
            rows.append(cells + each)
            # one line may stand several times here: it is looked for in its own file
            lines.append(table.line(place))
    return TableFile(table.headings + more.headings, tuple(rows), tuple(lines))


def _several(words: Words) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else words


def _columns(
    table: TableFile, said: FileMapping, matter: Matter, name: str
) -> dict[str, tuple[int, ...]]:
    """Return where each field is said: as the mapping names it, else as its heading is known."""
    if said.columns:
        found = {
            code: tuple(
                _at(table, one, f"{matter.code}.columns.{code}", name) for one in _several(words)
            )
            for code, words in said.columns.items()
        }
    else:
        guessed = columns.guess(table.headings, matter.fields)
        found = {code: (at,) for code, at in guessed.items()}
    told = {*found, *said.constants}
    if missing := [one.label for one in matter.fields if one.is_needed and one.code not in told]:
        raise Misconfigured(
            f"dans {name}, aucune colonne ne dit : {', '.join(missing)}",
            key=f"{matter.code}.columns",
            cure=f"nommez-les parmi {', '.join(one for one in table.headings if one)}",
        )
    return found


def _at(table: TableFile, heading: str, key: str, name: str) -> int:
    """Return the place of a column by its heading; « Nom (2) » is the second of that name."""
    seen: dict[str, int] = {}
    for place, told in enumerate(table.headings):
        folded = fold(told)
        seen[folded] = nth = seen.get(folded, 0) + 1
        if fold(heading) in (folded, f"{folded} {nth}") and (nth == 1 or fold(heading) != folded):
            return place
    raise Misconfigured(
        f"dans {name}, aucune colonne ne s’appelle « {heading} »",
        key=key,
        cure=f"choisissez parmi {', '.join(one for one in table.headings if one)}",
    )


def _said(
    cells: Sequence[str],
    at: Mapping[str, Sequence[int]],
    said: FileMapping,
    words: Mapping[str, Mapping[str, str]],
) -> dict[str, str]:
    found = {code: str(value) for code, value in said.constants.items()}
    for code, places in at.items():
        told = said.join.join(cells[place] for place in places if cells[place])
        if told or code not in found:
            found[code] = words.get(code, {}).get(fold(told), told)
    return found
