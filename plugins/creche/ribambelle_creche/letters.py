"""The letter of a decision: the answer, why, what to do, the law; of one family and no other."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ribambelle.documents import pdf
from ribambelle.messages import printing
from ribambelle.messages.wording import Wording
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.web.assets import crest
from ribambelle_creche import declared_papers, examining
from ribambelle_creche.chaining import still_held
from ribambelle_creche.domain import anywhere, letter
from ribambelle_creche.domain.admission import Proposal
from ribambelle_creche.domain.commission import TO_THE_FAMILY
from ribambelle_creche.domain.dossier import decode
from ribambelle_creche.domain.offers import (
    NOT_FREED,
    child_of,
    is_elsewhere,
    is_late,
    place_of,
    since,
)
from ribambelle_creche.domain.pins import REASONS
from ribambelle_creche.domain.preparation import file_of
from ribambelle_creche.placing import CALL_FIRST, TOO_LATE, share_of, told_of
from ribambelle_creche.queries import decisions, facilities, offers, proposals
from ribambelle_creche.tables import Application, Commission, Decision, Examined, Offer

PAPER = Path(__file__).parent / "templates" / "creche" / "pdf" / "decision.typ"
TEXTS = {
    "offered": declared_papers.PAST,
    "waiting": declared_papers.WAITING,
    "refused": declared_papers.WAITING,
    "not_examined": declared_papers.NOT_EXAMINED,
}
"""What begins a letter, by outcome; a place still offered has its own."""
Section = dict[str, Any]


async def paper(tenant: Tenant, row: Commission, answers: Sequence[Decision]) -> bytes:
    """Return the letters of some decisions of one commission, as one PDF, a family a letter."""
    kept = await proposals.kept(row.id)
    found = proposals.opened(kept)[1] if kept else None
    names = await facilities.all_names()
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
    held = await offers.of_file(file.id)
    after = since(held, answer.at, tenant.now().date())
    urgent = [one for one in after if one.origin == "emergency"]
    called = [one for one in after if one not in urgent]
    live = [one for one in held if one.state == "live" and one.commission == row.id]
    outcome = "offered" if live or called else answer.outcome
    told = decode(file.sent or file.answers)
    where = told.address
    home = printing.home(where.line, where.postcode, where.city) if where else ()
    today = formats.jour_du_mois(tenant.now().date(), True)
    template = declared_papers.OFFERED if live else TEXTS[outcome]
    if called:
        live = [one for one in called if one.state == "live"]
        template = declared_papers.CALLED if live else declared_papers.CALLED_PAST
    facts = await _facts(tenant, row, file, live or called, seen, answer)
    opening = await printing.said(template, facts)
    sections = [
        {"title": "", "parts": parts_of(opening)},
        *_urgent(urgent),
        *([] if live or called else _taken_back(row, held)),
        *_why(row, file, seen, found, names, outcome, after),
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
        "title": opening.subject,
        "sections": sections,
    }


def parts_of(told: Wording) -> list[dict[str, Any]]:
    """Return the commune's words as a letter lays them out.

    >>> parts_of(Wording("", "Bonjour,\\n\\nVoici :\\n- Lundi"))
    [{'text': 'Bonjour,'}, {'text': 'Voici :'}, {'items': ['Lundi']}]
    """
    return [
        {"items": one["items"]} if "items" in one else {"text": "\n".join(one["lines"])}
        for one in printing.blocks(told.body)
    ]


async def _facts(
    tenant: Tenant,
    row: Commission,
    file: Application,
    live: Sequence[Offer],
    seen: Examined,
    answer: Decision,
) -> dict[str, Any]:
    """Return what the words of a letter may say of one family's answer, and of nobody else's."""
    pin = answer.pin if answer.pin and answer.pin.id else None
    motive = REASONS.get(pin.reason, pin.reason) if pin else ""
    facts: dict[str, Any] = {
        "number": file.number,
        "child": file.child_name,
        "held_on": formats.jour_du_mois(row.held_on, True),
        "reason": f"La commission en a décidé ainsi pour ce motif : {motive}." if pin else "",
        "why": TO_THE_FAMILY.get(seen.refusal, "elle n’était plus en cours le jour de la séance"),
    }
    if not live:
        return facts
    part = await share_of(live)
    is_open = live[0].state == "live"
    still = await still_held(live[0]) if is_open else ""
    still = letter.YES_KEPT if is_open and live[0].agreed_at else still
    late = TOO_LATE if is_open and is_late(live) else ""
    return facts | {
        "places": [*(told_of(one) for one in live), *filter(None, [still, late])],
        "elsewhere": letter.ELSEWHERE if is_elsewhere(live) else "",
        "part": f"{part} {CALL_FIRST}" if part else "",
        "last": formats.jour(live[0].answer_by, True),
        "link": tenant.url(f"/creche/offres/{live[0].id}"),
    }


def _urgent(given: Sequence[Offer]) -> list[Section]:
    """Return the place given at once since the commission, while it lasts."""
    parts = [{"items": [told_of(one) for one in given]}]
    return [{"title": "Une place donnée en urgence depuis", "parts": parts}] if given else []


def _taken_back(row: Commission, made: Sequence[Offer]) -> list[Section]:
    """Return why the last place a commission offered is offered no more, when nobody left it."""
    mine = [one for one in made if one.commission == row.id][-1:]
    if not mine or mine[0].reason != NOT_FREED:
        return []
    text = letter.NOT_LEFT.format(mine[0].facility.name)
    return [{"title": "La place proposée a été reprise", "parts": [{"text": text}]}]


def _why(
    row: Commission,
    file: Application,
    seen: Examined,
    found: Proposal | None,
    names: dict[int, str],
    outcome: str,
    after: Sequence[Offer],
) -> list[Section]:
    """Return what the commission refused, less the crèches where a place came since."""
    if seen.refusal or found is None:
        return []
    asked = examining.of_json(seen.asked)
    mine = sorted(name for name in found.refusals if file_of(name) == file.number)
    parts: list[dict[str, Any]] = []
    for name in mine:
        if "." in name:
            parts.append({"text": f"Enfant {name.rpartition('.')[2]} :"})
        since_at = {one.facility.id for one in after if one.child in (0, child_of(name))}
        refused = [
            one for one in found.refusals[name] if place_of(one.option).facility not in since_at
        ]
        refusals = [one for one in refused if letter.is_named(one, asked)]
        for wish in letter.refused(refusals, asked.needs, names):
            parts += [{"text": f"{wish.title} :"}, {"items": list(wish.reasons)}]
        tried = anywhere.tried(refused, asked.wishes)
        if asked.elsewhere and found.assignments[name] is None and (tried or not after):
            others = anywhere.told(tried, names)
            parts.append({"text": f"Vous acceptiez une autre crèche de la ville. {others}"})
    if not parts:
        return []
    if after:
        day = formats.jour_du_mois(row.held_on, True)
        return [{"title": f"Ce qui a bloqué à la commission du {day}", "parts": parts}]
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
