"""The marks of a day as a spreadsheet: one line for each child and unit, of a day or of one group."""

from datetime import datetime
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from ribambelle.errors import NotYours
from ribambelle.identity import Person, schools
from ribambelle.web import guards, spreadsheets
from ribambelle.workflow import journal
from ribambelle_periscolaire.domain.attendance import ABSENCES, ACTS
from ribambelle_periscolaire.domain.catalogue import Catalogue
from ribambelle_periscolaire.pages.attendance import clock, day_of
from ribambelle_periscolaire.pages.office_attendance import DESK
from ribambelle_periscolaire.queries import attendance, catalogue

HEADINGS = (
    *("Activité", "Groupe", "Unité", "École", "Classe", "Nom", "Prénom", "Réservation", "Pointage"),
    *("Arrivée", "Départ", "À trancher", "Journée"),
)
BOOKED = {"booked": "Réservé", "absent": "Absence signalée", "": "Sans réservation"}


@get(
    f"{DESK}/export/{{kind:str}}",
    name="periscolaire.attendance_export",
    told="Télécharger les pointages d’un jour",
    guards=[guards.agent],
)
async def export(
    kind: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
    jour: FromQuery[str] = "",
    groupe: FromQuery[int] = 0,
) -> Response[bytes]:
    """Send what was marked on a day, as the pages show it."""
    if kind not in spreadsheets.KINDS:
        raise NotYours
    day = day_of(jour) if jour else now.date()
    known, names = await catalogue.whole(), await schools.names()
    closed = await attendance.locked(day)
    rows = [
        _cells(known, names, row, closed)
        for row in await attendance.of_day(day)
        if groupe in (0, row["group"])
    ]
    about, told = f"periscolaire.day:{day}", {"children": len(rows), "group": groupe}
    await journal.record(
        "periscolaire.attendance_exported",
        about,
        account=person.account,
        side="office",
        read_only=True,
        **told,
    )
    name = f"pointages-{day}" + (f"-groupe-{groupe}" if groupe else "")
    return spreadsheets.answer(kind, name, HEADINGS, sorted(rows))


def _cells(
    known: Catalogue, names: dict[int, str], row: dict[str, Any], closed: dict[int, Any]
) -> tuple[str, ...]:
    activity, group = known.activity_of(row["unit"]), known.groups.get(row["group"])
    mark = ABSENCES.get(row["absence"] or "", "") or ACTS.get(row["mark"] or "", "Non pointé")
    return (
        *(activity.name, group.name if group else "", known.units[row["unit"]].name),
        *(names.get(row["school"], ""), row["class_name"], row["family_name"], row["given_name"]),
        *(BOOKED.get(row["state"] or "", ""), mark),
        *(clock(row["arrived"]), clock(row["left"])),
        "Deux avis contraires" if row["has_conflict"] else "",
        "Close" if activity.id in closed else "Ouverte",
    )


ROUTES = [export]
