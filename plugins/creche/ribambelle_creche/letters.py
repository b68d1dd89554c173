"""The letter of a decision: the answer, why, what to do, the law; of one family and no other."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ribambelle.documents import pdf
from ribambelle.messages import printing
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.web.assets import crest
from ribambelle_creche import examining
from ribambelle_creche.domain import anywhere, letter
from ribambelle_creche.domain.admission import Proposal
from ribambelle_creche.domain.commission import TO_THE_FAMILY
from ribambelle_creche.domain.dossier import decode
from ribambelle_creche.domain.offers import is_elsewhere
from ribambelle_creche.domain.pins import REASONS
from ribambelle_creche.domain.preparation import file_of
from ribambelle_creche.placing import CALL_FIRST, share_of, told_of
from ribambelle_creche.queries import decisions, facilities, offers, proposals
from ribambelle_creche.tables import Application, Commission, Decision, Examined, Offer

PAPER = Path(__file__).parent / "templates" / "creche" / "pdf" / "decision.typ"
TITLES = {
    "offered": "Une place vous est proposée",
    "waiting": "Pas de place cette fois",
    "refused": "Pas de place cette fois",
    "not_examined": "Votre demande n’a pas été examinée",
}
Section = dict[str, Any]


async def paper(tenant: Tenant, row: Commission, answers: Sequence[Decision]) -> bytes:
    """Return the letters of some decisions of one commission, as one PDF, a family a letter."""
    kept = await proposals.kept(row.id)
    found = proposals.opened(kept)[1] if kept else None
    names = {one.id: one.name for one in await facilities.every()}
    return await pdf.render(
        PAPER,
        {
            **_head(tenant, row),
            "letters": [await _letter(tenant, row, one, found, names) for one in answers],
        },
    )


def _head(tenant: Tenant, row: Commission) -> dict[str, Any]:
    contact, signature, sign = tenant.settings.contact, tenant.settings.signature, crest(tenant)
    phone = formats.telephone(contact.phone) if contact.phone else ""
    signed = [signature.title, signature.name] if signature.name else [contact.service]
    return {
        "title": f"Réponse de la commission du {formats.jour_du_mois(row.held_on, True)}",
        "commune": tenant.settings.name,
        "crest": sign.body.decode() if sign.media_type.startswith("image/svg") else list(sign.body),
        "from": [one for one in (contact.service, contact.address, phone, contact.email) if one],
        "signed": [one for one in signed if one],
    }


async def _letter(
    tenant: Tenant,
    row: Commission,
    answer: Decision,
    found: Proposal | None,
    names: dict[int, str],
) -> dict[str, Any]:
    file = answer.application
    seen = await decisions.examined_row(row.id, file.id)
    held = [one for one in await offers.of_file(file.id) if one.commission == row.id]
    live = [one for one in held if one.state == "live"]
    outcome = "offered" if live else answer.outcome
    told = decode(file.sent or file.answers)
    where = told.address
    home = printing.home(where.line, where.postcode, where.city) if where else ()
    today = formats.jour_du_mois(tenant.now().date(), True)
    sections = [
        _answer(row, file, outcome, live, seen, answer, await share_of(live) if live else ""),
        *(_to_answer(tenant, live) if live else ()),
        *_why(file, seen, found, names, outcome),
        *(_points(seen, names) if not seen.refusal else ()),
        {"title": "Vos droits", "parts": [{"text": one} for one in letter.LAW]},
        {
            "title": "Si vous n’êtes pas d’accord",
            "parts": [{"text": "Deux recours sont possibles :"}, {"items": list(letter.APPEALS)}],
        },
    ]
    return {
        "to": [told.family.name if told.family else "", *home],
        "date": f"{tenant.settings.name}, le {today}",
        "title": f"{TITLES[outcome]} : demande {file.number}",
        "sections": sections,
    }


def _answer(
    row: Commission,
    file: Application,
    outcome: str,
    live: Sequence[Offer],
    seen: Examined,
    answer: Decision,
    part: str,
) -> Section:
    held_on = formats.jour_du_mois(row.held_on, True)
    if outcome == "offered":
        parts: list[dict[str, Any]] = [
            {"text": f"Pour {file.child_name}, la commission du {held_on} vous propose :"},
            {"items": [told_of(one) for one in live]},
            *([{"text": letter.ELSEWHERE}] if is_elsewhere(live) else []),
            *([{"text": f"{part} {CALL_FIRST}"}] if part else []),
        ]
        if not live:
            parts = [{"text": f"La commission du {held_on} a proposé une place à votre enfant."}]
    elif outcome == "not_examined":
        why = TO_THE_FAMILY.get(seen.refusal, "elle n’était plus en cours le jour de la séance")
        parts = [
            {
                "text": f"La commission du {held_on} n’a pas examiné votre demande pour "
                f"{file.child_name} : {why}. Vous gardez la date de votre demande."
            }
        ]
    else:
        parts = [
            {
                "text": f"La commission du {held_on} a examiné votre demande pour "
                f"{file.child_name}. Elle n’a pas pu vous proposer de place. Votre demande reste "
                "sur la liste d’attente : si une place se libère, la mairie appelle les familles "
                "dans l’ordre."
            }
        ]
    pin = answer.pin if answer.pin and answer.pin.id else None
    if pin is not None:
        reason = REASONS.get(pin.reason, pin.reason)
        parts.append({"text": f"La commission en a décidé ainsi pour ce motif : {reason}."})
    return {"title": "", "parts": [{"text": "Bonjour,"}, *parts]}


def _to_answer(tenant: Tenant, live: Sequence[Offer]) -> list[Section]:
    last = formats.jour(live[0].answer_by, True)
    where = tenant.url(f"/creche/offres/{live[0].id}")
    return [
        {
            "title": "Comment répondre",
            "parts": [
                {
                    "text": f"Répondez avant la fin du {last}. Sans réponse, la place ira à une "
                    "autre famille."
                },
                {
                    "items": [
                        f"sur le portail, une fois connecté : {where}",
                        "ou par téléphone ou au guichet, au service ci-dessus.",
                    ]
                },
            ],
        }
    ]


def _why(
    file: Application,
    seen: Examined,
    found: Proposal | None,
    names: dict[int, str],
    outcome: str,
) -> list[Section]:
    if seen.refusal or found is None:
        return []
    asked = examining.of_json(seen.asked)
    mine = sorted(name for name in found.refusals if file_of(name) == file.number)
    parts: list[dict[str, Any]] = []
    for name in mine:
        if "." in name:
            parts.append({"text": f"Enfant {name.rpartition('.')[2]} :"})
        refusals = [one for one in found.refusals[name] if letter.is_named(one, asked)]
        for wish in letter.refused(refusals, asked.needs, names):
            parts += [{"text": f"{wish.title} :"}, {"items": list(wish.reasons)}]
        if asked.elsewhere and found.assignments[name] is None:
            others = anywhere.told(anywhere.tried(found.refusals[name], asked.wishes), names)
            parts.append({"text": f"Vous acceptiez une autre crèche de la ville. {others}"})
    if not parts:
        return []
    is_placed = outcome == "offered" and all(found.assignments.get(name) for name in mine)
    title = "Les vœux que vous préfériez" if is_placed else "Ce qui a bloqué"
    return [{"title": title, "parts": parts}]


def _points(seen: Examined, names: dict[int, str]) -> list[Section]:
    trace = letter.points(json.loads(seen.trace))
    bonuses = examining.of_json(seen.asked).bonuses
    rows = [[label, str(points)] for label, points in trace]
    rows += [
        [f"En plus, à {names[one]}", str(points)]
        for one, points in bonuses.items()
        if points and one in names
    ]
    said = f"Le jour de la clôture, votre demande avait {formats.pluriel(seen.points, 'point')}."
    parts: list[dict[str, Any]] = [{"text": said}, *([{"rows": rows}] if rows else [])]
    return [{"title": "Vos points, critère par critère", "parts": parts}]
