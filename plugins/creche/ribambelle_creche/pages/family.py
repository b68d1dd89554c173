"""A family and its files: where each stands, what is left to do, how to confirm or withdraw."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import workflow
from ribambelle.errors import Refused
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.web.families.around import Around
from ribambelle.web.guards import NotForYou
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import State, Step
from ribambelle.workflow.declaration import timeline
from ribambelle_creche import renewing, withdrawing
from ribambelle_creche.domain import leaving
from ribambelle_creche.domain.receipt import weeks_told
from ribambelle_creche.pages.around import around_of
from ribambelle_creche.pages.filers import filer
from ribambelle_creche.pages.papers import Wanted, wanted
from ribambelle_creche.pages.points_told import PointsTold, points_told
from ribambelle_creche.placing import lost_by
from ribambelle_creche.queries import answers, applications, cases, offers
from ribambelle_creche.queries.applications import Entered, Mine
from ribambelle_creche.tables import Offer
from ribambelle_creche.workflow import WORKFLOW


@dataclass(frozen=True)
class MinePage:
    """The files of a family, and where those of the other parent stand."""

    files: list[tuple[dict[str, Any], State]]
    elsewhere: list[tuple[str, State]]


@dataclass(frozen=True)
class EnteredPage:
    """The files a member of staff typed for families."""

    files: list[tuple[Entered, State]]


@get(
    "/creche/demandes",
    name="creche.mine",
    told="Voir les demandes de place que l’on suit ou que l’on a saisies",
    guards=[filer],
)
async def mine(person: NamedDependency[Person]) -> Page:
    """Show the files of a family; to staff, those they typed for families."""
    if person.is_staff:
        if not (person.strong and person.holds(*applications.FILERS)):
            raise NotForYou
        entered = await applications.entered_by(person.account)
        page = EnteredPage([(one, WORKFLOW.state(one.state)) for one in entered])
        return Page("creche/dossier/entered.html", page)
    rows = await applications.of_family(person)
    others = await applications.of_the_other_parent(person)
    files = MinePage(
        [(row, WORKFLOW.state(row["state"])) for row in rows],
        [(row["child_name"], WORKFLOW.state(row["state"])) for row in others],
    )
    return Page("creche/family/mine.html", files)


KEPT = "Votre oui est gardé. Il manque la réponse d’une autre famille. Vous n’avez rien à faire."


@dataclass(frozen=True)
class FollowPage:
    """One file, where it stands, and what happened to it."""

    file: Mine
    state: State
    steps: list[tuple[str, str, str]]
    wishes: list[dict[str, Any]]
    wanted: list[Wanted]
    reason: str
    is_changed: bool
    may: frozenset[str]
    lacks: bool = False
    """The town hall waits for what it asked, whatever else is asked since."""
    points: PointsTold | None = None
    offer: Offer | None = None
    is_answered: bool = False
    """A commission answered: its letter says why."""
    said: tuple[str, ...] = ()
    """What services who were asked wrote for the family."""
    around: Around | None = None
    """Who answers for the child, when it is one of the parents who reads."""

    @property
    def week(self) -> str:
        """The week that is asked for, in words."""
        return weeks_told(self.file.dossier.week) if self.file.dossier.week else ""


@dataclass(frozen=True)
class WithdrawPage:
    """What withdrawing a file means, and where the family may say that it goes."""

    file: Mine
    lost: tuple[str, str] | None = None
    """The crèche the child was to join and the one it left for it: it has neither any more."""
    goes: tuple[tuple[str, str], ...] = tuple(leaving.FOR.items())


@get(
    "/creche/demandes/{number:int}",
    name="creche.follow",
    reads="creche.application:{number}",
    told="Suivre une demande de place",
    guards=[filer],
)
async def follow(
    number: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Response[Any]:
    """Show where a file stands; a draft goes on with its steps."""
    file = await applications.mine(person, number)
    if file.is_draft:
        return Redirect(f"/creche/demandes/{number}/etapes", status_code=303)
    past = timeline(await workflow.history(file.application.demande.id))
    offer = await offers.live_of(number)
    state = WORKFLOW.state(file.state)
    if offer is not None and offer.agreed_at is not None:
        state = replace(state, next=KEPT)
    wishes = await applications.wishes(number)
    names = {wish["facility"]: wish["name"] for wish in wishes}
    page = FollowPage(
        file=file,
        state=state,
        steps=told(past, state, tenant, yours=person.is_family),
        wishes=wishes,
        wanted=await wanted(file),
        reason=next((step.reason for step in reversed(past) if step.reason), ""),
        is_changed=file.may_change and await applications.is_changed(number, file.dossier),
        lacks=still_lacks(past, file.state),
        may=frozenset(one.code for one in WORKFLOW.open_to(file.state, file.side)),
        points=await points_told(tenant, file.application, names) if file.lives else None,
        offer=offer,
        is_answered=await answers.last(number) is not None,
        said=tuple(note.text for note in await cases.told_to_family(number)),
        around=await around_of(file, person, tenant.now()),
    )
    return Page("creche/family/follow.html", page)


def still_lacks(past: list[Step], state: str) -> bool:
    """Tell whether a file lacks what the town hall asked: a question put since does not hide it."""
    return state in ("incomplete", "dormant") or (
        state == "to_confirm" and past[-1].source == "incomplete"
    )


def told(
    past: list[Step], state: State, tenant: Tenant, *, yours: bool
) -> list[tuple[str, str, str]]:
    """Return the timeline of a file: what was done, where it stands, what comes next.

    What comes next is said to the family itself: staff know it.
    """
    done = [
        (
            step.label,
            f"le {formats.jour_du_mois(step.at.astimezone(tenant.zone).date(), True)}",
            "fait",
        )
        for step in past
    ]
    return done if state.final else [*done, (state.label, state.next if yours else "", "ici")]


@post(
    "/creche/demandes/{number:int}/confirmer",
    name="creche.confirm",
    told="Confirmer une demande de place",
    guards=[filer],
)
async def confirm(
    number: FromPath[int], person: NamedDependency[Person], seen: NamedDependency[Visit]
) -> Redirect:
    """Confirm that a place is still looked for; doing it twice says the same."""
    file = await applications.mine(person, number)
    if file.state == "to_confirm":
        await move(file, person, await renewing.confirming(file.application.demande.id))
    elif not file.lives:
        raise Refused("wrong_state", state=file.state, transition="confirm")
    seen.tell("ok", f"C’est noté : la demande {file.application.number} reste active.")
    return Redirect(f"/creche/demandes/{number}", status_code=303)


@get(
    "/creche/demandes/{number:int}/retirer",
    name="creche.withdraw_page",
    reads="creche.application:{number}",
    told="Lire ce que veut dire retirer une demande",
    guards=[filer],
)
async def withdraw_page(number: FromPath[int], person: NamedDependency[Person]) -> Response[Any]:
    """Say what withdrawing means, before it is done."""
    file = await applications.mine(person, number)
    if not any(one.code == "withdraw" for one in WORKFLOW.open_to(file.state, file.side)):
        return Redirect(f"/creche/demandes/{number}", status_code=303)
    lost = await lost_by(await offers.accepted_move(number))
    return Page("creche/family/withdraw.html", WithdrawPage(file, lost))


@post(
    "/creche/demandes/{number:int}/retirer",
    name="creche.withdraw",
    told="Retirer une demande",
    guards=[filer],
)
async def withdraw(
    request: Request[Any, Any, Any],
    number: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Withdraw a file, and keep where the family goes; doing it twice says the same."""
    file = await applications.mine(person, number)
    left_for = (await request.form()).get("left_for")
    if file.state != "withdrawn":
        with twice_is_once():
            await withdrawing.withdraw(
                file.application, left_for, side=file.side, account=person.account
            )
    seen.tell("ok", f"La demande {file.application.number} est retirée.")
    return Redirect(f"/creche/demandes/{number}", status_code=303)


async def move(file: Mine, person: Person, act: str) -> None:
    """Move a file on this person's side; two presses of one button make one move."""
    with twice_is_once():
        await workflow.fire(
            file.application.demande.id, act, side=file.side, account=person.account
        )


@contextmanager
def twice_is_once() -> Iterator[None]:
    """Let the second press of a button find that the first one did it."""
    try:
        yield
    except Refused as refusal:
        if refusal.reason != "already_moved":
            raise


ROUTES = [mine, follow, confirm, withdraw_page, withdraw]
