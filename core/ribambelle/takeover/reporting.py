"""What became of each line of a takeover: for a spreadsheet, for a program, to be corrected."""

from collections.abc import Iterator
from itertools import chain, count
from pathlib import Path
from typing import Any

from ribambelle.families.lists import error_file
from ribambelle.families.planning import DONE
from ribambelle.lists import as_csv
from ribambelle.takeover.running import Report

HEADINGS = ("Partie", "Fichier", "Ligne", "Résultat", "À savoir")


def as_file(report: Report) -> bytes:
    """Return what became of every line, as a CSV file."""
    return as_csv(list(HEADINGS), (list(row) for row in _rows(report)))


def _rows(report: Report) -> Iterator[tuple[str, ...]]:
    for one in report.brought:
        for each in one.outcomes:
            done = DONE[each.done]
            yield one.file.matter.label, one.file.name, str(one.line(each)), done, each.told


def as_json(report: Report) -> dict[str, Any]:
    """Return what became of every line, for a program."""
    return {
        "number": report.number or None,
        "files": [
            {
                "matter": one.file.matter.code,
                "file": one.file.name,
                "sha256": one.file.digest,
                "left_out": one.file.left_out,
                **{done: one.count(done) for done in DONE},
                "told": one.told,
                "lines": [
                    {"line": one.line(each), "done": each.done, "told": each.told}
                    for each in one.outcomes
                ],
            }
            for one in report.brought
        ],
    }


def write_refused(report: Report, folder: Path) -> None:
    """Write the lines to correct, a file for each; what somebody corrects there already stays."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in report.brought:
        if one.refused:
            name = f"{one.file.matter.code}-{Path(one.file.name).stem}"
            content = error_file(one.file.table.headings, one.refused)
            _free(folder, name).write_bytes(content)


def _free(folder: Path, name: str) -> Path:
    """Return a name that no file bears yet."""
    names = chain([name], (f"{name}-{nth}" for nth in count(2)))
    return next(path for one in names if not (path := folder / f"{one}.csv").exists())
