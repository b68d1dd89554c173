"""The whole calculation of one file: its data, the weights, the operations, the answer."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ribambelle.tenants import Tenant
from ribambelle.web.assets import crest
from ribambelle_creche import examining
from ribambelle_creche.answering import Answer
from ribambelle_creche.domain import admission
from ribambelle_creche.domain.admission import Application as Seen
from ribambelle_creche.domain.admission.likelihood import BANDS
from ribambelle_creche.tables import Application

PAPER = Path(__file__).parent / "templates" / "creche" / "pdf" / "calculation.typ"
MENTION = (
    "Cette décision s’appuie sur un traitement algorithmique qui classe les demandes par points "
    "(art. L. 311-3-1 du code des relations entre le public et l’administration). La commission a "
    "décidé. Vous pouvez demander à la mairie les règles et vos données, puis saisir la CADA si "
    "elle ne répond pas sous un mois."
)


def calculation(file: Application, answer: Answer, names: Mapping[int, str]) -> dict[str, Any]:
    """Return the whole calculation of one file: its data, the weights, the operations, the answer.

    CRPA, art. R. 311-3-1-2. Others are there as counts only: places taken ahead, last points.
    """
    return {
        "demande": file.number,
        "commission": _commission(answer),
        "regles": _rules(answer),
        "donnees": _data(answer, names),
        "points": _points(answer, names),
        "operations": _every_operation(answer, names),
        "reponse": {
            "decision": answer.decision.outcome,
            "option": answer.decision.option,
            "calcul": [one.held for one in answer.children]
            if len(answer.children) > 1
            else answer.held,
            "motif_de_la_commission": answer.is_pinned,
        },
        "liste": [
            {
                "option": one.option,
                "rang": one.position,
                "devant_sur_une_meme_demi_journee": one.ahead,
                "chances": one.chance,
                "tirages": one.draws,
            }
            for one in answer.standings
        ],
        "calcul_scelle": answer.found.digest if answer.found else "",
    }


def _commission(answer: Answer) -> dict[str, Any]:
    commission = answer.commission
    return {
        "nom": commission.label,
        "tenue_le": commission.held_on.isoformat(),
        "cloture": commission.closes_on.isoformat(),
        "empreinte_du_tirage": commission.commitment,
        "graine_du_tirage": commission.seed,
    }


def _rules(answer: Answer) -> dict[str, Any]:
    return {
        "version": answer.grid.version if answer.grid else "",
        "deliberation": answer.grid.deliberation if answer.grid else "",
        "sha256": answer.grid.digest if answer.grid else "",
    }


def _data(answer: Answer, names: Mapping[int, str]) -> dict[str, Any]:
    examined = answer.examined
    asked = examining.of_json(examined.asked) if examined and not examined.refusal else None
    complete_at = examined.complete_at if examined else None
    return {
        "complete_le": complete_at.isoformat() if complete_at else None,
        "numero_tire": examined.draw if examined else None,
        "non_examinee": examined.refusal if examined else "",
        "creches": [names.get(one, str(one)) for one in asked.wishes] if asked else [],
        **({"autres_creches": _others(answer, names)} if asked and asked.elsewhere else {}),
        "semaines": list(asked.needs) if asked else [],
        "sections": list(asked.groups) if asked else [],
        "enfants": asked.count if asked else None,
    }


def _others(answer: Answer, names: Mapping[int, str]) -> list[str]:
    """Return the crèches it did not name and was examined for, the nearest first."""
    facilities = [int(one.facility) for one in answer.seen.options] if answer.seen else []
    others = dict.fromkeys(one for one in facilities if one not in answer.asked.wishes)
    return [names.get(one, str(one)) for one in others]


def _points(answer: Answer, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "par_critere": [
            {
                "critere": line.label,
                "points": line.points,
                "par_creche": {
                    names.get(one, str(one)): points for one, points in line.here.items()
                },
                "pourquoi": line.why,
            }
            for line in answer.trace
        ],
        "total": answer.examined.points if answer.examined else 0,
    }


def _every_operation(answer: Answer, names: Mapping[int, str]) -> list[dict[str, Any]]:
    found = answer.found
    if found is None:
        return []
    several = len(answer.children) > 1
    return [
        {
            **({"enfant": rank} if several else {}),
            "option": option.id,
            "creche": names.get(int(option.facility), option.facility),
            "points": seen.points + option.bonus,
            "demande": dict(option.demand),
            "bloque_par": _operations(seen, found, option.id),
        }
        for rank, seen in enumerate((child.seen for child in answer.children), start=1)
        for option in seen.options
    ]


def _operations(seen: Seen, found: admission.Proposal, option: str) -> list[dict[str, Any]]:
    return [
        {
            "ressource": one.resource,
            "places": one.capacity,
            "prises_avant": one.taken_ahead,
            "derniers_points": one.last_points,
        }
        for refusal in found.refusals.get(seen.id, ())
        if refusal.option == option
        for one in refusal.blocking
    ]


def printed(told: dict[str, Any], tenant: Tenant) -> dict[str, Any]:
    """Return the same calculation as a paper says it: sections of lines, and never code."""
    sign = crest(tenant)
    is_drawn = sign.media_type.startswith("image/svg")
    sections = [
        ("La commission", list(told["commission"].items())),
        ("Les règles", list(told["regles"].items())),
        ("Vos données", list(told["donnees"].items())),
        ("Vos points", _points_told(told["points"])),
        *(_operation(one) for one in told["operations"]),
        ("La réponse", list(told["reponse"].items())),
        ("Votre place sur la liste", [_rank(one) for one in told["liste"]]),
    ]
    return {
        "title": f"Le calcul de la demande {told['demande']}",
        "commune": tenant.settings.name,
        "crest": sign.body.decode() if is_drawn else list(sign.body),
        "mention": MENTION,
        "sections": [
            {"title": title, "lines": [[_words(name), _said(value)] for name, value in lines]}
            for title, lines in sections
            if lines
        ],
        "seal": told["calcul_scelle"],
    }


Lines = list[tuple[str, Any]]


def _points_told(points: dict[str, Any]) -> Lines:
    each = [(one["critere"], one["points"] or one["pourquoi"]) for one in points["par_critere"]]
    return [*each, ("total", points["total"])]


def _operation(one: dict[str, Any]) -> tuple[str, Lines]:
    """Return one wish: what the child would take, and what was full before it."""
    child = f"Enfant {one['enfant']}, " if "enfant" in one else ""
    asked = [(name, f"{taken} par enfant") for name, taken in one["demande"].items()]
    full = [
        (
            f"{full['ressource']} : plein",
            f"{full['places']} places, {full['prises_avant']} prises avant, derniers "
            f"points {full['derniers_points']}",
        )
        for full in one["bloque_par"]
    ]
    return f"{child}{one['creche']} : {one['points']} points", asked + full


def _rank(one: dict[str, Any]) -> tuple[str, str]:
    return (
        one["option"],
        f"rang {one['rang']}, {one['devant_sur_une_meme_demi_journee']} devant sur une "
        f"même demi-journée, chances : {BANDS.get(one['chances'], 'en cours')}",
    )


def _words(name: str) -> str:
    """Return the name of a datum as it is read.

    >>> _words("numero_tire")
    'Numero tire'
    """
    return name.replace("_", " ").capitalize() if "/" not in name else name


def _said(value: Any) -> str:
    """Return a datum as it is read.

    >>> _said(["babies", None]), _said(True), _said(None), _said(40)
    ('babies', 'oui', '—', '40')
    """
    if isinstance(value, list):
        return ", ".join(str(one) for one in value if one is not None) or "—"
    if isinstance(value, bool):
        return "oui" if value else "non"
    return "—" if value is None or value == "" else str(value)
