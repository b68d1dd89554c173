"""Messages, on the town hall's side: who waits for an answer, who gives it, about what."""

from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.documents import receiving
from ribambelle.errors import NotYours, Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person, accounts
from ribambelle.messages import inbox
from ribambelle.messages.inbox import Written
from ribambelle.messages.tables import Conversation
from ribambelle.web import guards
from ribambelle.web.letters import Draft, Said, about, demande_of, no_more, said, written
from ribambelle.web.page import Page
from ribambelle.web.uploads import LONGEST_BODY
from ribambelle.web.visit import Visit
from ribambelle.workflow.followed import Followed, followed

DESK = "/bureau/messages"
VIEWS = {"a-repondre": "À répondre", "les-miennes": "Les miennes", "toutes": "Toutes"}


@dataclass(frozen=True)
class DeskPage:
    """The conversations of a view."""

    view: str
    conversations: list[Conversation]
    agents: dict[int, str]

    @property
    def views(self) -> list[tuple[str, str, None, bool]]:
        """The views, as tabs."""
        return [
            (label, f"{DESK}?vue={code}", None, code == self.view) for code, label in VIEWS.items()
        ]


@get(DESK, name="inbox", told="Voir les messages des familles", guards=[guards.agent])
async def desk(person: NamedDependency[Person], vue: FromQuery[str] = "a-repondre") -> Page:
    """Show the conversations, who waits for longest first."""
    view = vue if vue in VIEWS else "a-repondre"
    found = await inbox.for_office(view, person.account)
    return Page("office/messages.html", DeskPage(view, found, dict(await inbox.agents())))


@get(f"{DESK}/suivant", name="inbox.next", told="Passer au message suivant", guards=[guards.agent])
async def following(apres: FromQuery[int] = 0) -> Redirect:
    """Lead to the conversation that has waited for longest, or to the one that follows another."""
    return await _next(apres)


async def _next(after: int = 0) -> Redirect:
    found = await inbox.next_to_answer(after)
    return Redirect(f"{DESK}/{found}" if found else DESK, status_code=303)


@dataclass(frozen=True)
class NewPage:
    """A message to write to a family."""

    largest: int
    form: Bound[Draft] | None = None


def _new_page(form: Bound[Draft] | None = None) -> Page:
    page = NewPage(receiving.largest() // receiving.MEGA, form)
    return Page("office/message_new.html", page, status=422 if form else 200)


@get(f"{DESK}/nouveau", name="inbox.new", told="Écrire à une famille", guards=[guards.agent])
async def new() -> Page:
    """Ask what to write, and to whom."""
    return _new_page()


@post(
    DESK,
    name="inbox.open",
    told="Envoyer un message à une famille",
    guards=[guards.agent],
    request_max_body_size=LONGEST_BODY,
)
async def begin(
    request: Request[Any, Any, Any], person: NamedDependency[Person], seen: NamedDependency[Visit]
) -> Response[Any]:
    """Write first to a family that has an account."""
    number, family = 0, 0

    async def check(fields: dict[str, str]) -> dict[str, str]:
        nonlocal family
        found = await accounts.by_email(fields.get("email", "").strip().lower())
        if found is None or found.kind != "family" or found.disabled_at:
            told = "Aucune famille n’a de compte à cette adresse. Appelez-la, ou écrivez-lui par e-mail."
            return {"email": told}
        family = found.id
        return {} if "subject" in fields else {"subject": "Dites de quoi il s’agit."}

    async def keep(draft: Draft, told: Written) -> None:
        nonlocal number
        try:
            number = await inbox.open_with(family, draft.subject, None, told, person)
        except inbox.AlreadySaid as again:
            number = again.conversation
            raise

    form = await written(request, person, lambda: family, check, keep)
    if form.errors:
        return _new_page(form)
    seen.tell("ok", "Votre message est envoyé. La famille est prévenue.")
    return Redirect(f"{DESK}/{number}", status_code=303)


@dataclass(frozen=True)
class AnswerPage:
    """One conversation as an agent answers it."""

    conversation: Conversation
    family: Person
    said: list[Said]
    about: Followed | None
    known: list[tuple[int, str]]
    agents: list[tuple[int, str]]
    waiting: int
    largest: int
    form: Bound[Draft] | None = None

    @property
    def last(self) -> int:
        """The last message on the page."""
        return int(self.said[-1].letter.id) if self.said else 0

    @property
    def assigned(self) -> str:
        """Who answers, by name."""
        return dict(self.agents).get(self.conversation.assigned_to or 0, "")


async def _page(
    conversation: Conversation, person: Person, form: Bound[Draft] | None = None
) -> Page:
    await inbox.read(conversation, person)
    family = await inbox.family_of(conversation.account)
    known = await followed(family)
    page = AnswerPage(
        conversation=conversation,
        family=family,
        said=await said(conversation, person),
        about=about(conversation, known),
        known=[(one.demande, one.label) for one in known],
        agents=await inbox.agents(),
        waiting=await inbox.waiting_for(person),
        largest=receiving.largest() // receiving.MEGA,
        form=form,
    )
    return Page("office/message.html", page, status=422 if form else 200)


@get(
    f"{DESK}/{{number:int}}",
    name="inbox.one",
    reads="conversation:{number}",
    told="Lire une conversation",
    guards=[guards.agent],
)
async def one(number: FromPath[int], person: NamedDependency[Person]) -> Page:
    """Show a conversation, to be answered."""
    return await _page(await inbox.of_person(person, number), person)


@post(
    f"{DESK}/{{number:int}}",
    name="inbox.answer",
    told="Répondre à une famille",
    guards=[guards.agent],
    request_max_body_size=LONGEST_BODY,
)
async def answer(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Answer a family, and show the next that waits."""
    conversation = await inbox.of_person(person, number)

    async def keep(draft: Draft, told: Written) -> None:
        await inbox.answer(conversation, told, person, draft.seen)

    form = await written(request, person, lambda: conversation.account, no_more, keep)
    if form.errors:
        return await _page(conversation, person, form)
    seen.tell("ok", f"Répondu : {conversation.subject}. La famille est prévenue.")
    return await _next(number)


class Act(msgspec.Struct, frozen=True):
    """What to do with a conversation, and the last message that was seen."""

    seen: int = 0
    to: int | None = None
    demande: str = ""


@post(
    f"{DESK}/{{number:int}}/attribuer",
    name="inbox.assign",
    told="Attribuer une conversation",
    guards=[guards.agent],
)
async def assign(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Say who answers."""
    conversation, form = await inbox.of_person(person, number), await forms.read(request, Act)
    if form.struct is None:
        raise NotYours
    await inbox.assign(conversation, form.struct.to, person)
    seen.tell("ok", "C’est noté." if form.struct.to else "Plus personne n’en est chargé.")
    return Redirect(f"{DESK}/{number}", status_code=303)


@post(
    f"{DESK}/{{number:int}}/classer",
    name="inbox.close",
    told="Classer une conversation",
    guards=[guards.agent],
)
async def close(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Say that no answer is needed, and show the next that waits."""
    conversation, form = await inbox.of_person(person, number), await forms.read(request, Act)
    if form.struct is None:
        raise Refused("conversation_moved")
    await inbox.close(conversation, person, form.struct.seen)
    seen.tell("ok", f"Sans réponse à donner : {conversation.subject}.")
    return await _next(number)


@post(
    f"{DESK}/{{number:int}}/demande",
    name="inbox.about",
    told="Relier une conversation à une demande",
    guards=[guards.agent],
)
async def link(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Say which demande of this family a conversation speaks of."""
    conversation, form = await inbox.of_person(person, number), await forms.read(request, Act)
    known = await followed(await inbox.family_of(conversation.account))
    wished = form.told.demande
    found = demande_of(wished, known)
    if wished and found is None:
        raise NotYours
    await inbox.speak_of(conversation, found, person)
    seen.tell("ok", "C’est noté.")
    return Redirect(f"{DESK}/{number}", status_code=303)


ROUTES = [desk, following, new, begin, one, answer, assign, close, link]
