"""How the directory is kept and used: figures for the PMI and the town hall, small counts hidden."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency

from ribambelle.calendar.months import later
from ribambelle.errors import NotYours
from ribambelle.statistics import HIDDEN, Cell, protected
from ribambelle.tenants import Tenant
from ribambelle.web import formats, spreadsheets
from ribambelle.web.page import Page
from ribambelle_assmat.domain.figures import AGES, KINDS, LEAST, MONTHS_AHEAD, column, median
from ribambelle_assmat.pages.office import DESK, keeping
from ribambelle_assmat.queries import figures
from ribambelle_assmat.settings import believed_days

HERE = f"{DESK}/chiffres"
WEEKS = 12
HIDDEN_WORD = "masqué"
OTHERS = {"family": "Familles", "office": "Agents sans rôle"}
WHOLE, ELSEWHERE = "Ensemble", "Ailleurs, ou toutes communes"


@dataclass(frozen=True)
class Panel:
    """One table, its chart, and what it counts."""

    code: str
    title: str
    told: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Any]]
    bars: Sequence[tuple[str, int]] = ()

    @property
    def columns(self) -> list[tuple[str, str]]:
        """The heads of the table, numbers after the first."""
        return [(head, "n" if rank else "") for rank, head in enumerate(self.headings)]


@dataclass(frozen=True)
class FiguresPage:
    """Every panel, and the age the free places are counted for."""

    panels: list[Panel]
    age: str
    at: datetime
    least: int = LEAST

    @property
    def ages(self) -> list[tuple[str, str]]:
        """The ages a place may be free for."""
        return [(code, label) for code, label in AGES.items() if code]


async def panels_of(tenant: Tenant, now: datetime, age: str) -> list[Panel]:
    """Return every panel as it stands now."""
    today, year = now.date(), later(now.date().replace(day=1), -11)
    found = [
        kept(await figures.kept(today)),
        freshness(await figures.said(today), believed_days()),
        await free(today, age),
        *[searches(kind, await figures.used(kind, year), today) for kind in ("search", "nothing")],
        letters(await figures.used("letter", year)),
        await sign_ins(tenant, now),
    ]
    return [one for one in found if one.rows]


def kept(told: Sequence[tuple[str, int, int]]) -> Panel:
    """Return who keeps her own page, commune by commune."""
    table = protected([[own, many - own] for _, many, own in told] or [[0, 0]], LEAST)
    names = [*(town for town, _, _ in told), WHOLE]
    rows = _rows(names, table.cells) if told else []
    own, everybody = table.cells[-1][0], table.cells[-1][-1]
    share = "part masquée"
    if isinstance(own, int) and isinstance(everybody, int) and everybody:
        share = f"{formats.pourcent(own / everybody)} de l’ensemble"
    return Panel(
        "tenues",
        "Assistantes maternelles qui tiennent leur fiche",
        f"Elles ont ouvert leur compte : {share}",
        ("Commune", "Tiennent leur fiche", "Ne la tiennent pas", "Toutes"),
        rows,
        _bars(rows, 1),
    )


def freshness(days: dict[int, int], believed: int) -> Panel:
    """Return how long ago places were confirmed, and the middle of it.

    :param believed: days what is said is believed: past them, a place shows as not known.
    """
    bands = (
        ("Moins de 15 jours", 0, 15),
        (f"15 à {believed} jours", 15, believed + 1),
        (f"Plus de {believed} jours", believed + 1, 99999),
    )
    counts = [sum(many for age, many in days.items() if a <= age < b) for _, a, b in bands]
    rows = _rows([*(name for name, _, _ in bands), WHOLE], [[one] for one in column(counts)])
    middle = median(days) if sum(days.values()) >= LEAST else None
    told = (
        f"La moitié l’a été depuis {formats.pluriel(middle, 'jour')} au plus"
        if middle is not None
        else ""
    )
    return Panel(
        "fraicheur",
        "Places confirmées",
        told or "Trop peu de places pour dire un délai",
        ("Confirmées depuis", "Places"),
        rows if days else [],
        _bars(rows, 1) if days else (),
    )


async def free(today: date, age: str) -> Panel:
    """Return the places said to be free for an age, commune by commune, this month to next year's."""
    months = [later(today.replace(day=1), rank) for rank in range(MONTHS_AHEAD)]
    counts = await figures.free(today, months)
    towns = sorted({town for town, band, _ in counts if band == age})
    by_month = [column([counts[town, age, rank] for town in towns]) for rank in range(MONTHS_AHEAD)]
    rows = _rows([*towns, WHOLE], list(zip(*by_month, strict=True)))
    heads = [f"{formats.SHORT_MONTHS[month.month - 1]} {month.year}" for month in months]
    return Panel(
        "libres",
        f"Places dites libres : {AGES[age].lower()}",
        "Une place libre un mois l’est encore le suivant : les mois ne s’ajoutent pas",
        ("Commune", *heads),
        rows if towns else [],
        _across(heads, rows[-1]) if towns else (),
    )


def searches(kind: str, told: Iterable[tuple[date, str, str, int]], today: date) -> Panel:
    """Return the searches of twelve months by commune and age."""
    counts: Counter[tuple[str, str]] = Counter()
    for _, town, age, many in told:
        counts[town, age] += many
    towns = sorted({town for town, _ in counts}, key=lambda town: (not town, town))
    table = protected([[counts[town, age] for age in AGES] for town in towns] or [[0]], LEAST)
    rows = _rows([*(town or ELSEWHERE for town in towns), WHOLE], table.cells) if towns else []
    about = (
        "Besoins sans réponse" if kind == "nothing" else "Une page de résultats lue compte pour une"
    )
    return Panel(
        {"search": "recherches", "nothing": "sans-resultat"}[kind],
        KINDS[kind],
        f"{about}, depuis douze mois",
        ("Commune", *AGES.values(), "Toutes"),
        rows,
        _bars(rows, -1),
    )


def letters(told: Iterable[tuple[date, str, str, int]]) -> Panel:
    """Return the messages families sent, month by month."""
    counts: Counter[date] = Counter()
    for month, _, _, many in told:
        counts[month] += many
    months = sorted(counts)
    names = [f"{formats.MONTHS[one.month - 1]} {one.year}" for one in months]
    rows = _rows([*names, WHOLE], [[one] for one in column([counts[one] for one in months])])
    return Panel(
        "messages",
        KINDS["letter"],
        "Par le formulaire de leur fiche, depuis douze mois",
        ("Mois", "Messages"),
        rows if months else [],
        _bars(rows, 1) if months else (),
    )


async def sign_ins(tenant: Tenant, now: datetime) -> Panel:
    """Return the sign-ins of the last weeks, by the role people hold today."""
    monday = (now - timedelta(days=now.weekday())).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    weeks = [monday - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    counts = [await figures.entered(week, week + timedelta(weeks=1)) for week in weeks]
    labels = {role.code: role.label for role in tenant.hooks.all("roles")} | OTHERS
    roles = sorted({role for week in counts for role in week}, key=lambda one: labels.get(one, one))
    table = protected([[week[role] for week in counts] for role in roles] or [[0]], LEAST)
    rows = _rows([*(labels.get(role, role) for role in roles), WHOLE], table.cells) if roles else []
    heads = [formats.jour_court(week.date()) for week in weeks]
    return Panel(
        "connexions",
        "Connexions par semaine",
        "Semaine qui commence le ; une personne à deux rôles compte dans les deux",
        ("Rôle", *heads, "Toutes"),
        rows,
        _across(heads, rows[-1]) if rows else (),
    )


def _rows(names: Iterable[str], lines: Iterable[Sequence[Cell]]) -> list[list[Any]]:
    return [
        [name, *(HIDDEN_WORD if cell is HIDDEN else cell for cell in line)]
        for name, line in zip(names, lines, strict=True)
    ]


def _bars(rows: Sequence[Sequence[Any]], rank: int) -> list[tuple[str, int]]:
    """Return a column as bars: what is hidden has none, nor the total."""
    return [(row[0], row[rank]) for row in rows[:-1] if isinstance(row[rank], int)]


def _across(heads: Sequence[str], row: Sequence[Any]) -> list[tuple[str, int]]:
    """Return a row as bars."""
    told = zip(heads, row[1:], strict=False)
    return [(head, cell) for head, cell in told if isinstance(cell, int)]


def _age(request: Request[Any, Any, Any]) -> str:
    asked = str(request.query_params.get("age", ""))
    return asked if asked and asked in AGES else next(iter(AGES))


@get(
    HERE,
    name="assmat.office.figures",
    told="Lire les chiffres de l’annuaire des assistantes maternelles",
    guards=[keeping],
    figures=True,
)
async def figures_page(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page:
    """Show how the directory is kept, and what families look for."""
    age = _age(request)
    page = FiguresPage(await panels_of(tenant, now, age), age, now)
    return Page("assmat/office/figures.html", page)


@get(
    f"{HERE}/export/csv",
    name="assmat.office.figures_export",
    told="Télécharger un tableau des chiffres de l’annuaire",
    guards=[keeping],
    figures=True,
)
async def export(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Send one of the tables of the page, as the page shows it."""
    asked = str(request.query_params.get("table", ""))
    for one in await panels_of(tenant, now, _age(request)):
        if one.code == asked:
            return spreadsheets.answer("csv", f"annuaire-{one.code}", one.headings, one.rows)
    raise NotYours


ROUTES = [figures_page, export]
