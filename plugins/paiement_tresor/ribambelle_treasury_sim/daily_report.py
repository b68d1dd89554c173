"""The report a régie receives each day: what PayFiP took for it."""

import csv
import io
from collections.abc import Iterable
from datetime import date

from ribambelle_treasury_sim.operation import Operation

TITLES = ["LIGNE", "DATE", "REFDET", "MONTANT", "MOYEN", "NUMAUTO"]


def lines(operations: Iterable[Operation], numcli: str, day: date) -> list[list[str]]:
    """Return the payments taken that day for a commune's number; tests are not money."""
    return [
        [
            "LIGNE",
            f"{one.settled_at:%d/%m/%Y}",
            one.refdet,
            str(one.cents),
            "CB" if one.resultrans == "P" else "PRLV",
            one.numauto,
        ]
        for one in operations
        if one.settled_at is not None
        and (one.numcli, one.settled_at.date()) == (numcli, day)
        and one.resultrans in ("P", "V")
        and one.saisie != "T"
    ]


def written(rows: list[list[str]], numcli: str, day: date) -> str:
    """Write the report: a head, the titles, the lines, a foot; amounts in centimes."""
    out = io.StringIO()
    file = csv.writer(out, delimiter=";", lineterminator="\n")
    file.writerow(["EN-TETE", "SIM", numcli, f"{day:%d/%m/%Y}"])
    file.writerow(TITLES)
    file.writerows(rows)
    file.writerow(["PIED-DE-PAGE", len(rows), sum(int(row[3]) for row in rows)])
    return out.getvalue()
