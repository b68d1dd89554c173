"""The minutes of a commission, on paper: what it decides, by which rule, with its seals."""

from importlib.resources import files
from pathlib import Path
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle.documents import pdf
from ribambelle.errors import NotYours
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.web.assets import crest
from ribambelle_creche.domain import desk
from ribambelle_creche.domain.age import LABELS
from ribambelle_creche.domain.holding import words
from ribambelle_creche.domain.pins import REASONS
from ribambelle_creche.pages.commission_desk import Run, opened
from ribambelle_creche.pages.commissions import COMMISSIONS, reader
from ribambelle_creche.queries import commissions, facilities, held_places, pins, proposals
from ribambelle_creche.queries.commissions import published_seed
from ribambelle_creche.tables import Commission

TEMPLATE = Path(str(files("ribambelle_creche").joinpath("templates/creche/pdf/minutes.typ")))
STANDINGS = {
    desk.HERE: "Place proposée",
    desk.ELSEWHERE: "Placée ailleurs",
    desk.WAITS: "Liste d’attente",
    desk.PINNED_OUT: "Aucune place",
}

STABLE = (
    "Un second calcul, indépendant, a vérifié que chaque demande qui attend est bloquée, "
    "sur au moins une demi-journée, par des enfants mieux classés."
)
WASTED = (
    "Un second calcul a relevé des places tenues vides : personne de moins bien classé ne les "
    "prend."
)


@get(
    f"{COMMISSIONS}/{{commission:int}}/proces-verbal.pdf",
    name="creche.desk.minutes",
    told="Télécharger le procès-verbal d’une commission",
    guards=[reader],
)
async def download(commission: FromPath[int], tenant: NamedDependency[Tenant]) -> Response[bytes]:
    """Send the minutes of the proposal that was kept; before, there are none."""
    row = await commissions.one(commission)
    _, run = await opened(row)
    if run is None or not run.row.is_kept:
        raise NotYours
    content = await pdf.render(TEMPLATE, await data(row, run, tenant))
    headers = {"content-disposition": f'attachment; filename="proces-verbal-{commission}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


async def data(row: Commission, run: Run, tenant: Tenant) -> dict[str, Any]:
    """Return what the minutes say, every value ready to print; files by their number only."""
    names, versions = await facilities.all_names(), dict(await commissions.grids())
    wishes, sign = await proposals.wishes(row.id), crest(tenant)
    criteria = versions.get(row.grid, "aucun") if row.grid else "aucun"
    return {
        "title": f"Procès-verbal : {row.label}",
        "commune": tenant.settings.name,
        "crest": sign.body.decode() if sign.media_type.startswith("image/svg") else list(sign.body),
        "facts": _facts(row, run, criteria),
        "seals": _seals(row, run),
        "certificate": STABLE if run.found.certificate.slot_stable else WASTED,
        "pins": [_pin(one, names) for one in await pins.made(row.id)],
        "held": [_held(one, names) for one in await held_places.made(row.id)],
        "lists": [
            _list(run, (facility, group), wishes, names)
            for facility, group in desk.sections(run.given, run.found, wishes)
        ],
    }


def _facts(row: Commission, run: Run, criteria: str) -> list[list[str]]:
    measure = run.measure
    return [
        ["Commission", formats.jour(row.held_on, year=True)],
        [
            "Entrées",
            f"du {formats.jour(row.first_start, year=True)} "
            f"au {formats.jour(row.last_start, year=True)}",
        ],
        ["Dossiers clos", formats.jour(row.closes_on, year=True)],
        ["Critères", criteria],
        ["Proposition", f"n° {run.row.number}, {run.row.label or 'sans variante'}"],
        ["Enfants admis", f"{measure.served}, dont {measure.first_wish} sur leur premier vœu"],
        ["Familles passées devant", str(measure.passed_over)],
    ]


def _seals(row: Commission, run: Run) -> list[list[str]]:
    return [
        ["Empreinte", run.row.digest],
        ["Empreinte du lot", run.row.inputs_digest],
        ["Moteur", run.row.engine],
        ["Graine du tirage", published_seed(row)],
        ["Empreinte de la graine", row.commitment],
    ]


def _pin(one: pins.Standing, names: dict[int, str]) -> dict[str, str]:
    return {
        "number": one.number,
        "reason": _reason(one.reason),
        "given": told(one.option, names) + (" (épingle levée)" if one.lifted_at else ""),
        "note": one.note,
        "passed": ", ".join(one.impact) or "personne",
    }


def _held(one: held_places.Held, names: dict[int, str]) -> dict[str, str]:
    return {
        "what": words(one.extra, names) + (" (rendues)" if one.lifted_at else ""),
        "reason": _reason(one.reason),
        "note": one.note,
        "losing": ", ".join(one.impact) or "aucune",
    }


def _reason(code: str) -> str:
    return f"{code} : {REASONS.get(code, code)}"


def _list(
    run: Run, section: desk.Section, wishes: desk.Wishes, names: dict[int, str]
) -> dict[str, Any]:
    facility, group = section
    return {
        "name": f"{names.get(facility, facility)}, {LABELS[group].lower()}",
        "rows": [
            [
                str(line.rank),
                line.application.id,
                str(line.points),
                str(line.wish or "autre"),
                STANDINGS[line.standing],
            ]
            for line in desk.lines(run.given, run.found, section, wishes)
        ],
    }


def told(option: str | None, names: dict[int, str]) -> str:
    """Return what a pin gives, in words."""
    if option is None:
        return "Aucune place"
    facility, group = desk.section_of(option)
    return f"{names.get(facility, facility)}, {LABELS[group].lower()}"


ROUTES = [download]
