"""What commissions did and how full crèches are: the town hall's second page of figures."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle.errors import NotYours
from ribambelle.tenants import Tenant
from ribambelle.web import formats, spreadsheets
from ribambelle.web.guards import Holding
from ribambelle.web.page import Page
from ribambelle.web.spreadsheets import Sheet
from ribambelle_creche.domain import leaving
from ribambelle_creche.domain import statistics as rules
from ribambelle_creche.domain.admission import Proposal
from ribambelle_creche.domain.admission_figures import (
    BLOCKS,
    Served,
    avip_owed,
    demanded,
    has_place,
    is_avip,
    median_days,
    percent,
    places_moved,
    profiles,
    satisfaction,
    unused,
)
from ribambelle_creche.domain.age import LABELS
from ribambelle_creche.domain.capacity import Place
from ribambelle_creche.domain.dossier import Dossier
from ribambelle_creche.domain.insertion import Duty, duties
from ribambelle_creche.domain.resources import place_of
from ribambelle_creche.domain.week import days, shown
from ribambelle_creche.pages import statistics_coverage, statistics_supply
from ribambelle_creche.pages.panels import Bar, Panel
from ribambelle_creche.pages.statistics_supply import any_saturday
from ribambelle_creche.pages.statistics_tables import month_words
from ribambelle_creche.queries import admission_figures as figures
from ribambelle_creche.queries import agreements, facilities, grids, proposals
from ribambelle_creche.queries import insertion as held_for_insertion
from ribambelle_creche.queries import statistics as live
from ribambelle_creche.queries.areas import quartier_names
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Commission, Facility

K = TypeVar("K", int, str)
town_hall = Holding("agent", "admin")
HIDDEN = "masqué"
HALF_WORDS = ("matin", "ap.-m.")
A_YEAR = timedelta(days=365)
FLOW = {
    "requests": "Demandes",
    "withdraw": "Retraits",
    "declined": "Refus d’offre",
    "lapsed": "Offres sans réponse",
    "expire": "Expirations",
}


@dataclass(frozen=True)
class AdmissionsPage:
    """Every panel that has something to say."""

    panels: list[Panel]
    at: datetime


def pressure_by_age(
    counts: Sequence[rules.Count], places: Sequence[rules.Supply], names: Mapping[int, str]
) -> Panel:
    """Return what is asked of each free place, quartier by quartier and age by age."""
    rows, bars = [], list[Bar]()
    for quartier, name in names.items():
        asked = [one for one in counts if one.quartier == quartier]
        given = [one for one in places if one.quartier == quartier]
        by_age = rules.by_group(asked, given)
        if not any(need or free for _, need, free in by_age):
            continue
        line: list[Any] = [name]
        for _, need, free in by_age:
            ratio = rules.pressure(need, free)
            nobody = f"{formats.nombre(rules.full_places(need), 1)} pour 0" if need else 0
            line.append(nobody if ratio is None else round(ratio, 1))
        rows.append(line)
        need, free = (sum(each) for each in zip(*(one[1:] for one in by_age), strict=True))
        bars.append((name, rules.full_places(need), rules.full_places(free)))
    return Panel(
        "pression-ages",
        "Pression par quartier et par âge à l’entrée",
        "Temps pleins demandés par place libre ; sur le graphique, en temps pleins",
        ("Quartier", *LABELS.values()),
        rows,
        bars,
        ("besoin", "places libres"),
        decimals=1,
    )


def pressure_by_month(
    counts: Sequence[rules.Count], places: Mapping[date, Sequence[rules.Supply]]
) -> Panel:
    """Return what is asked of each free place, month by month: each over what is free then."""
    rows, bars = [], list[Bar]()
    for month in sorted({one.month for one in counts if one.month}):
        need = sum(one.half_days for one in counts if one.month == month)
        free = sum(one.free for one in places[rules.first_day(month)])
        ratio = rules.pressure(need, free)
        told = (rules.full_places(need), rules.full_places(free))
        rows.append((month_words(month), *told, None if ratio is None else round(ratio, 1)))
        bars.append((month_words(month), *told))
    return Panel(
        "pression-mois",
        "Pression par mois d’entrée",
        "Temps pleins demandés, et libres le premier du mois : départs, entrées et âges connus "
        "comptés ; un mois passé compte les places d’aujourd’hui",
        ("Mois d’entrée", "Besoin", "Places libres", "Enfants par place"),
        rows,
        bars,
        ("besoin", "places libres"),
        decimals=1,
    )


async def panels_of(tenant: Tenant, now: datetime) -> list[Panel]:
    """Return the panels, from what is kept at this moment; exact, since only the town hall reads it."""
    open_now, names = await facilities.every(), await quartier_names()
    cells = await figures.capacities()
    commissions = await figures.decided()
    last = commissions[0] if commissions else None
    asked = await live.demand()
    days = {rules.first_day(one.month) for one in asked if one.month}
    ahead = await live.supply_on(days, now.date(), tenant.of(Settings).ages)
    found = [
        demand(await figures.demand()),
        pressure(open_now, cells, await figures.first_wishes()),
        pressure_by_age(asked, await live.supply(), names),
        pressure_by_month(asked, ahead),
        *statistics_supply.panels(
            open_now, cells, {one.id: facilities.authorised(one, tenant) for one in open_now}
        ),
        await statistics_coverage.panel(now),
        await statistics_coverage.panel_by_iris(now),
        satisfied([(one, await figures.outcomes(one.id)) for one in commissions]),
        *delays(names, await figures.waits(), await figures.waiting(), now.date()),
        flow(await figures.flow(now - A_YEAR)),
        gone(await figures.left_for(now - A_YEAR)),
        insertion(
            duties(
                await held_for_insertion.creches(),
                await held_for_insertion.present(now.date(), now.date()),
                await agreements.standing(now.date(), now.date()),
            )
        ),
        avip(open_now, await figures.present(now.date())),
        avip_creches(open_now, await figures.present(now.date())),
        *(await of_commission(last, names) if last else []),
    ]
    return [one for one in found if one.rows]


def demand(files: Iterable[tuple[Dossier, int, int]]) -> Panel:
    """Return who asks, by care wished and by profile: children, and their weeks as full places."""
    children: Counter[str] = Counter()
    half_days: Counter[str] = Counter()
    for dossier, many, asked in files:
        for name in demanded(dossier):
            children[name] += many
            half_days[name] += asked * many
    rows = [
        (name, many, rules.full_places(half_days[name])) for name, many in sorted(children.items())
    ]
    return Panel(
        "demande",
        "Qui demande une place",
        "Dossiers complets et confirmés ; chaque enfant une fois, dans chaque profil qui est le sien",
        ("Accueil ou profil", "Enfants", "Temps pleins"),
        rows,
        [(name, many) for name, many, _ in rows],
    )


def pressure(
    open_now: Iterable[Facility],
    cells: Mapping[int, Mapping[Place, tuple[int, int]]],
    asked: Mapping[int, Counter[str]],
) -> Panel:
    """Return the first wishes per free place, crèche by crèche and half-day by half-day."""
    is_open = any_saturday(cells)
    slots = shown(saturday=is_open)
    rows, bars = [], list[Bar]()
    for one in open_now:
        if one.id not in asked:
            continue
        line: list[Any] = [one.name]
        for slot in slots:
            day, half = place_of(slot)
            free = sum(
                left
                for (_, *when), (_, left) in cells.get(one.id, {}).items()
                if when == [day, half]
            )
            many = asked[one.id][slot]
            line.append(round(many / free, 1) if free else f"{many} pour 0" if many else 0)
        rows.append(line)
        places = sum(left for _, left in cells.get(one.id, {}).values())
        if places:
            bars.append((one.name, round(sum(asked[one.id].values()) / places, 1)))
    bars.sort(key=lambda one: -one[1])
    return Panel(
        "demi-journees",
        "Pression par crèche et par demi-journée",
        "Premiers vœux par place libre, sur la semaine",
        (
            "Crèche",
            *(
                f"{short.capitalize()} {half}"
                for _, short, _ in days(saturday=is_open)
                for half in HALF_WORDS
            ),
        ),
        rows,
        bars,
        decimals=1,
        drawn="les plus demandées",
    )


def satisfied(done: Sequence[tuple[Commission, Sequence[tuple[int, Served]]]]) -> Panel:
    """Return how many files each commission served, and how well."""
    rows, bars = [], list[Bar]()
    for row, outcomes in done:
        told = satisfaction(one for _, one in outcomes)
        rows.append(
            (
                *(row.label, told.examined, told.admitted, told.share),
                *(told.first_wish, told.among_three, told.wished_week),
                *(told.admitted - told.wished_week, told.elsewhere, told.called),
            )
        )
        bars.append((row.label, told.examined, told.admitted))
    return Panel(
        "satisfaction",
        "Demandes servies, par commission",
        "Vœu et semaine obtenus ; places proposées par la commission, puis aux appels qui la suivent",
        (
            *("Commission", "Examinées", "Admises", "Part (%)"),
            *("Vœu 1", "Vœux 1 à 3", "Semaine souhaitée", "Semaine de repli"),
            *("Autre crèche acceptée", "Dont appelées ensuite"),
        ),
        rows,
        bars,
        ("examinées", "admises"),
    )


def delays(
    names: Mapping[int, str],
    waits: Sequence[figures.Wait],
    waiting: Sequence[figures.Wait],
    today: date,
) -> list[Panel]:
    """Return the median days from a complete file to its place and its entry, two ways cut."""
    return [
        delay("delai", "quartier", names, waits, waiting, today, lambda one: one.quartier),
        delay("delai-ages", "âge à l’entrée", LABELS, waits, waiting, today, lambda one: one.group),
    ]


def delay(
    code: str,
    cut: str,
    names: Mapping[K, str],
    waits: Sequence[figures.Wait],
    waiting: Sequence[figures.Wait],
    today: date,
    key: Callable[[figures.Wait], K],
) -> Panel:
    """Return, part by part, the days until the place, until the entry, and of those waiting."""
    rows, bars = [], list[Bar]()
    for part, name in names.items():
        served = [one for one in waits if key(one) == part]
        decided = median_days((one.complete, one.decided) for one in served if one.decided)
        entered = median_days((one.complete, one.entry) for one in served if one.entry)
        still = median_days((one.complete, today) for one in waiting if key(one) == part)
        if decided is not None or still is not None:
            rows.append((name, decided, entered, still))
            bars.append((name, decided or 0, still or 0))
    return Panel(
        code,
        f"Délais, par {cut}",
        "Jours, médiane, depuis le dossier complet ; l’entrée est celle d’une place acceptée",
        (
            cut[:1].upper() + cut[1:],
            *("Jusqu’à la place proposée", "Jusqu’à l’entrée", "Attente en cours"),
        ),
        rows,
        bars,
        ("jusqu’à la place (jours)", "attente en cours (jours)"),
    )


def insertion(known: Sequence[Duty]) -> Panel:
    """Return, by manager, the places the law asks for over all its crèches, and those held."""
    rows = [
        (one.manager, one.authorised, one.owed(), one.children, one.agreed, one.left())
        for one in known
    ]
    return Panel(
        "insertion",
        "Places d’insertion, par gestionnaire",
        "Une place autorisée sur vingt, toutes ses crèches ensemble (D. 214-7) ; enfants présents "
        "aujourd’hui, comptés jusqu’à leur départ, et places tenues par convention",
        (
            *("Gestionnaire", "Places autorisées", "Dues", "Tenues", "Par convention"),
            "Restent à tenir",
        ),
        rows,
        [
            (name, owed, there + agreed)
            for name, _, owed, there, agreed, _ in sorted(rows, key=lambda row: -row[-1])
        ],
        ("dues", "tenues"),
        drawn="ceux à qui il en reste le plus à tenir",
    )


def avip(open_now: Sequence[Facility], children: Sequence[tuple[int, Dossier]]) -> Panel:
    """Return, by manager, the share of children whose parents look for work or are in insertion."""
    managers = {one.id: one.manager or one.name for one in open_now}
    there: Counter[str] = Counter()
    helped: Counter[str] = Counter()
    for facility, dossier in children:
        if facility in managers:
            there[managers[facility]] += 1
            helped[managers[facility]] += is_avip(dossier)
    rows = [
        (name, many, helped[name], percent(helped[name], many))
        for name, many in sorted(there.items())
    ]
    return Panel(
        "avip",
        "Enfants de parents en recherche d’emploi, par gestionnaire",
        "Enfants présents aujourd’hui, entrés par une demande ; une crèche AVIP en accueille 20 %",
        ("Gestionnaire", "Enfants présents", "Recherche d’emploi ou insertion", "Part (%)"),
        rows,
        [(name, many, some) for name, many, some, _ in sorted(rows, key=lambda row: -row[1])],
        ("présents", "recherche d’emploi ou insertion"),
        drawn="ceux qui accueillent le plus d’enfants",
    )


def avip_creches(open_now: Sequence[Facility], children: Sequence[tuple[int, Dossier]]) -> Panel:
    """Return, for each crèche AVIP, the children it owes one place in five to, and those it has."""
    rows: list[tuple[str, int, int, int, str]] = []
    for one in open_now:
        if one.is_avip:
            there = [dossier for facility, dossier in children if facility == one.id]
            helped, owed = sum(map(is_avip, there)), avip_owed(len(there))
            missing = owed - helped
            rows.append(
                (
                    one.name,
                    len(there),
                    owed,
                    helped,
                    f"il en manque {missing}" if missing > 0 else "",
                )
            )
    return Panel(
        "avip-creches",
        "Crèches à vocation d’insertion professionnelle",
        "Un enfant présent sur cinq au moins, d’un parent en recherche d’emploi ou en parcours "
        "d’insertion (CASF, art. L. 214-7)",
        ("Crèche", "Enfants présents", "Dus", "Accueillis", "À tenir"),
        rows,
        [
            (name, owed, helped)
            for name, _, owed, helped, _ in sorted(rows, key=lambda row: row[3] - row[2])
        ],
        ("dus", "accueillis"),
        drawn="celles à qui il en manque le plus",
    )


def flow(months: Mapping[str, Counter[str]]) -> Panel:
    """Return what came and what left, month by month."""
    rows = [
        (month_words(month), *(months[month][kind] for kind in FLOW)) for month in sorted(months)
    ]
    left = [kind for kind in FLOW if kind != "requests"]
    bars: list[Bar] = [
        (month_words(month), months[month]["requests"], sum(months[month][kind] for kind in left))
        for month in sorted(months)
    ]
    return Panel(
        "flux",
        "Ce qui arrive et ce qui part, par mois",
        "Douze derniers mois",
        ("Mois", *FLOW.values()),
        rows,
        bars,
        ("demandes", "retraits, refus, expirations"),
    )


def gone(codes: Sequence[str]) -> Panel:
    """Return where the families went that withdrew, as they said it."""
    rows = leaving.counted(codes)
    return Panel(
        "departs",
        "Où vont les familles qui retirent leur demande",
        "Douze derniers mois ; chacune peut ne pas répondre",
        ("Ce qu’elles ont trouvé", "Demandes retirées"),
        rows,
        rows,
    )


def satisfied_by_profile(
    row: Commission,
    outcomes: Mapping[int, Served],
    files: Mapping[int, tuple[int, Any]],
    names: Mapping[int, str],
) -> Panel:
    """Return how well each profile and each quartier was served by a commission."""
    found: dict[str, list[Served]] = {}
    for file, (quartier, dossier) in files.items():
        for name in (*profiles(dossier), f"Quartier : {names.get(quartier, '?')}"):
            found.setdefault(name, []).append(outcomes[file])
    rows, bars = [], list[Bar]()
    for name, theirs in sorted(found.items()):
        told = satisfaction(theirs)
        rows.append(
            (
                *(name, told.examined, told.admitted, told.share),
                *(told.first_wish, told.among_three, told.wished_week),
                told.admitted - told.wished_week,
            )
        )
        bars.append((name, told.admitted, told.first_wish))
    return Panel(
        "satisfaction-profils",
        "Vœu et semaine obtenus, par profil et par quartier",
        row.label,
        (
            *("Profil", "Examinées", "Admises", "Part (%)"),
            *("Vœu 1", "Vœux 1 à 3", "Semaine souhaitée", "Semaine de repli"),
        ),
        rows,
        bars,
        ("admises", "dont sur leur vœu 1"),
    )


async def of_commission(row: Commission, names: Mapping[int, str]) -> list[Panel]:
    """Return what the last commission says: who was served, reserves, places left unused."""
    outcomes = dict(await figures.outcomes(row.id))
    files = await figures.dossiers(list(outcomes))
    found = [
        satisfied_by_profile(row, outcomes, files, names),
        equity(row, outcomes, files, names),
    ]
    kept = await proposals.kept(row.id)
    if kept is None:
        return found
    given, proposal = proposals.opened(kept)
    houses = await facilities.all_names()
    found += await other_grids(row, proposal)
    reserves = proposal.certificate.reserves
    lines: list[tuple[Any, ...]] = []
    for one in unused(given, proposal):
        facility, group = one.section.split("/")
        name = houses.get(int(facility), facility)
        why = [one.why.get(reason, 0) for reason in BLOCKS]
        lines.append((f"{name}, {LABELS.get(group, group).lower()}", one.half_days, *why))
    return [
        *found,
        Panel(
            "reserves",
            "Places réservées par la commission, et tenues",
            row.label,
            ("Réserve et gestionnaire", "Réservées", "Tenues"),
            [(one.code.replace(":", " : "), one.quota, one.served) for one in reserves],
            [
                (one.code.replace(":", " : "), one.quota, one.served)
                for one in sorted(reserves, key=lambda one: one.served - one.quota)
            ],
            ("réservées", "tenues"),
            drawn="celles à qui il en manque le plus",
        ),
        Panel(
            "inutilisees",
            "Demi-journées restées libres alors qu’elles sont demandées",
            f"{row.label} ; nombre de refus que chaque raison explique",
            ("Section", "Demi-journées libres", *BLOCKS),
            lines,
            sorted(((line[0], line[1]) for line in lines), key=lambda one: -one[1]),
            drawn="celles qui en ont le plus",
        ),
    ]


async def other_grids(row: Commission, kept: Proposal) -> list[Panel]:
    """Return who would have gained and lost a place, for each version of the points that was tried."""
    told, tried = await figures.frozen(row.id), dict[int, Panel]()
    for one in await proposals.every(row.id):
        grid = proposals.changes_of(one).grid
        if grid is None or not told:
            continue
        version = (await grids.one(grid)).grid.version
        other = proposals.opened(one)[1]
        rows = places_moved(has_place(kept.assignments), has_place(other.assignments), told)
        tried[grid] = Panel(
            f"equite-grille-{grid}",
            f"Qui gagne et qui perd une place avec les critères {version}",
            f"{row.label} ; essai {one.number}, les familles et les places inchangées",
            ("Profil", "Gagnent une place", "Ne changent pas", "Perdent leur place", "Examinées"),
            [
                (
                    line.label
                    if line.dimension == "Ensemble"
                    else f"{line.dimension} : {line.label}",
                    *(HIDDEN if many is None else many for many in line.counts),
                )
                for line in rows
            ],
            [
                (line.label, line.counts[0], line.counts[2])
                for line in rows
                if line.counts[0] is not None and line.counts[2] is not None
            ],
            ("gagnent", "perdent"),
        )
    return list(tried.values())


def equity(
    row: Commission,
    outcomes: Mapping[int, Served],
    files: Mapping[int, tuple[int, Any]],
    names: Mapping[int, str],
) -> Panel:
    """Return the share served by profile and by quartier."""
    examined: Counter[str] = Counter()
    admitted: Counter[str] = Counter()
    for file, (quartier, dossier) in files.items():
        counted = [*profiles(dossier), f"Quartier : {names.get(quartier, '?')}"]
        examined.update(counted)
        if outcomes[file].wish:
            admitted.update(counted)
    rows = [
        (name, many, admitted[name], percent(admitted[name], many))
        for name, many in sorted(examined.items())
    ]
    return Panel(
        "equite",
        "Qui est servi",
        row.label,
        ("Profil", "Examinées", "Admises", "Part (%)"),
        rows,
        [(name, many, served) for name, many, served, _ in rows],
        ("examinées", "admises"),
    )


@get(
    "/bureau/creche/statistiques/admissions",
    name="creche.statistics.admissions",
    told="Lire les chiffres des commissions",
    guards=[town_hall],
    figures=True,
)
async def admissions(tenant: NamedDependency[Tenant], now: NamedDependency[datetime]) -> Page:
    """Show pressure, supply, satisfaction, delays, flow, reserves, unused places and equity."""
    return Page("creche/office/admissions.html", AdmissionsPage(await panels_of(tenant, now), now))


@get(
    "/bureau/creche/statistiques/admissions/export/{kind:str}",
    name="creche.statistics.admissions_export",
    told="Télécharger les chiffres des commissions",
    guards=[town_hall],
    figures=True,
)
async def export(
    request: Request[Any, Any, Any],
    kind: FromPath[str],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Send every table in one spreadsheet, or one of them as CSV."""
    if kind not in spreadsheets.KINDS:
        raise NotYours
    panels = {one.code: one for one in await panels_of(tenant, now)}
    if kind == "xlsx":
        sheets = [Sheet(code.capitalize(), one.headings, one.rows) for code, one in panels.items()]
        return spreadsheets.book("admissions", sheets or [Sheet("Rien", ("Rien",), [])])
    one = panels.get(str(request.query_params.get("table", "")))
    if one is None:
        raise NotYours
    return spreadsheets.answer(kind, f"admissions-{one.code}", one.headings, one.rows)


ROUTES = [admissions, export]
