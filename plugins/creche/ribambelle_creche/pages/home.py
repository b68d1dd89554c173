"""The crèches on home pages, in the menu and in the search."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ribambelle import tenants
from ribambelle.calendar.events import Event
from ribambelle.identity import Person
from ribambelle.web import formats
from ribambelle.web.home import Card, Found, ToDo
from ribambelle.web.menu import MenuEntry
from ribambelle.workflow import State
from ribambelle_creche.domain.cases import MEMBERS
from ribambelle_creche.pages import home_cases, home_commissions
from ribambelle_creche.queries import (
    appeals,
    applications,
    cases,
    contacts,
    facilities,
    offers,
    queue,
)
from ribambelle_creche.queries.contacts import Late
from ribambelle_creche.queries.queue import Filters
from ribambelle_creche.workflow import WORKFLOW

OFFICE = ("agent", "admin", "creche_desk")
LATE = timedelta(days=15)
WORST = 3
"""How many crèches the town hall's home names."""


def entries(person: Person | None) -> list[MenuEntry]:
    """Return what this person finds in the menu."""
    if person is None or person.is_family:
        return [MenuEntry("Crèches", "/creche", "bebe", rank=20)]
    found: list[MenuEntry] = []
    if person.holds(*OFFICE):
        found.append(MenuEntry("Demandes", "/bureau/creche/demandes", "feuille", rank=20))
    if person.holds(*OFFICE, "creche_manager"):
        figures = "/bureau/creche/statistiques"
        found.append(MenuEntry("Statistiques", figures, "barres", rank=30, short="Chiffres"))
    if person.holds("agent", "admin"):
        found.append(MenuEntry("Crèches", "/creche/direction", "bebe", rank=25))
        found.append(MenuEntry("Critères", "/bureau/creche/criteres", "coche", rank=35))
        found.append(MenuEntry("Commissions", "/bureau/creche/commissions", "agenda", rank=22))
    if person.holds("creche_manager"):
        found.append(MenuEntry("Ma crèche", "/creche/direction", "bebe", rank=10))
    if person.holds("commission_member") and not person.holds("agent", "admin"):
        found.append(MenuEntry("Commissions", "/bureau/creche/commissions", "agenda", rank=22))
    if person.holds(*OFFICE[:2], *MEMBERS):
        found.append(MenuEntry("Situations", "/creche/situations", "gens", rank=28))
    if person.holds("partner"):
        found.append(MenuEntry("Chiffres publiés", "/creche/statistiques", "barres", rank=30))
    if person.holds("admin"):
        found.append(MenuEntry("Guichets", "/bureau/creche/guichets", "mairie", rank=40))
    return found


async def waiting(person: Person) -> list[ToDo]:
    """Return what waits for this person: a family's own files; entries, calls and new files."""
    if person.is_family:
        return await to_answer(person)
    return [
        *await begun(person),
        *await late_calls(person),
        *await to_check(person),
        *await home_commissions.waiting(person),
        *await to_answer_appeals(person),
        *await home_cases.waiting(person),
    ]


async def to_check(person: Person) -> list[ToDo]:
    """Return the new files the town hall has to check, as one thing to do."""
    if not person.holds(*OFFICE):
        return []
    count = (await queue.counts(person, Filters()))["nouvelles"]
    since = await queue.oldest(person, "submitted")
    if not count or since is None:
        return []
    days = (tenants.current().now() - since).days
    return [
        ToDo(
            title="Une nouvelle demande de crèche"
            if count == 1
            else f"{count} nouvelles demandes de crèche",
            detail=f"La plus ancienne attend depuis {days} jours."
            if days > 1
            else "La plus ancienne a moins de deux jours.",
            action="Vérifier",
            href="/bureau/creche/demandes?vue=nouvelles",
            count=count,
            since=since,
            overdue=timedelta(days=days) > LATE,
        )
    ]


async def to_answer_appeals(person: Person) -> list[ToDo]:
    """Return the appeals the town hall has not answered, as one thing to do."""
    days = await appeals.waiting() if person.holds("agent", "admin") else []
    if not days:
        return []
    return [
        ToDo(
            title=f"{formats.pluriel(len(days), 'recours', 'recours')} à répondre",
            detail=f"Le plus urgent : avant le {formats.jour(days[0], True)}.",
            action="Répondre",
            href="/bureau/creche/recours",
            count=len(days),
            overdue=days[0] < tenants.current().now().date(),
        )
    ]


async def begun(person: Person) -> list[ToDo]:
    """Return the files this person began to type for a family and never sent."""
    return [
        ToDo(
            title=f"Saisie commencée : {one.for_whom}",
            detail=f"{one.number}, pas encore envoyée.",
            action="Continuer",
            href=f"/creche/demandes/{one.id}/etapes",
            icon="crayon",
            count=1,
            since=one.created_at,
        )
        for one in await applications.entered_by(person.account, "draft")
    ]


async def late_calls(person: Person) -> list[ToDo]:
    """Return the crèches that are late to call: one's own, or the worst of the town and a total."""
    late = await contacts.overdue(tenants.current().now())
    if not person.holds("agent", "admin"):
        own = person.numbers("creche_manager", "creche.facility")
        return [_calls(one) for one in late if one.facility in own]
    if len(late) <= WORST:
        return [_calls(one) for one in late]
    families = sum(one.count for one in late)
    whole = ToDo(
        title=f"{len(late)} crèches en retard d’appels",
        detail=f"{formats.pluriel(families, 'famille')} à appeler en tout.",
        action="Voir toutes",
        href="/creche/direction",
        icon="telephone",
        count=families,
        since=late[0].oldest,
        overdue=True,
    )
    return [whole, *(_calls(one) for one in late[: WORST - 1])]


def _calls(late: Late) -> ToDo:
    return ToDo(
        title=f"{late.name} : {formats.pluriel(late.count, 'famille')} à appeler",
        detail="Le délai est passé depuis la plus ancienne demande complète.",
        action="Voir",
        href=f"/creche/direction/{late.facility}/demandes",
        icon="telephone",
        count=late.count,
        since=late.oldest,
        overdue=True,
    )


ANSWERS = {
    "draft": ("Demande commencée", "Reprenez-la où vous l’avez laissée.", "Continuer"),
    "incomplete": ("La mairie attend une précision", "Vous gardez votre date.", "Voir"),
    "dormant": ("Dites la naissance", "Votre demande dort et garde sa date.", "Voir"),
    "to_confirm": ("Cherchez-vous toujours une place ?", "Un clic suffit.", "Répondre"),
    "offered": ("Une place vous est proposée", "Répondez avant la date limite.", "Répondre"),
}


async def to_answer(person: Person) -> list[ToDo]:
    """Return the files of a family that wait for it."""
    found = []
    rows = await applications.of_family(person)
    said = await offers.yes_kept([row["id"] for row in rows if row["state"] == "offered"])
    for row in rows:
        if row["state"] in ANSWERS and row["id"] not in said:
            title, detail, action = ANSWERS[row["state"]]
            name = row["child_name"] or row["number"]
            href = f"/creche/demandes/{row['id']}"
            since = row["submitted_at"] or row["created_at"]
            found.append(ToDo(f"{title} : {name}", detail, action, href, "feuille", 1, since))
    return found


DUE = {"to_confirm": "confirmer", "dormant": "dire la naissance"}
"""What a family has a last day for, by the state of its file."""


async def deadlines(person: Person, first: date, last: date) -> list[Event]:
    """Return the last day to answer for each file that waits for its family."""
    return [
        Event(
            uid=f"creche.confirm:{row['id']}:{row['confirm_by']}",
            title=f"Dernier jour pour {DUE[row['state']]}, demande {row['number']}",
            first=row["confirm_by"],
            href=f"/creche/demandes/{row['id']}",
            icon="bebe",
        )
        for row in await applications.of_family(person)
        if row["state"] in DUE and row["confirm_by"]
        if first <= row["confirm_by"] <= last
    ]


@dataclass(frozen=True)
class Mine:
    """The family's files, the latest first, with where each stands."""

    files: list[tuple[dict[str, Any], State]]


@dataclass(frozen=True)
class Invitation:
    """How many crèches there are to discover."""

    total: int


async def cards(person: Person | None) -> list[Card]:
    """Return the card that leads visitors and families to the crèches; a partner, to situations."""
    if person and person.is_staff:
        return await situations(person)
    files = await applications.of_family(person) if person else []
    told = [(row, WORKFLOW.state(row["state"])) for row in files[:3]]
    mine = [Card("creche/family/card.html", Mine(told), rank=20)] if told else []
    total = len(await facilities.every())
    return [*mine, Card("creche/public/card.html", Invitation(total), rank=60)]


@dataclass(frozen=True)
class Situations:
    """The situations shown to a partner, as links."""

    links: list[tuple[str, str, str, str]]


async def situations(person: Person) -> list[Card]:
    """Return the card of the situations a partner was asked to read."""
    if not person.holds("partner"):
        return []
    links = [
        (
            "gens",
            f"Situation {case.application.number}",
            f"/creche/situations/{case.id}",
            f"avis avant le {case.answer_by:%d/%m/%Y}",
        )
        for case in await cases.seen_by(person)
    ]
    return [Card("creche/office/situations_card.html", Situations(links), rank=20)] if links else []


async def find(person: Person, words: str) -> list[Found]:
    """Return the files whose child or adults bear these words, for those who may see them."""
    if not person.holds(*OFFICE):
        return []
    found = await queue.rows(person, Filters(view="toutes", words=words), size=10)
    return [
        Found("Demandes de crèche", row.child_name, row.number, f"/bureau/creche/demandes/{row.id}")
        for row in found
    ]
