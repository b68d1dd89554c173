"""Messages, on the family's side: what the town hall wrote, what to ask it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from ribambelle import tenants
from ribambelle.documents import queries, receiving, vault
from ribambelle.errors import NotYours, Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person, limits
from ribambelle.messages import inbox
from ribambelle.messages.inbox import Written
from ribambelle.messages.tables import Conversation, Message
from ribambelle.messages.wording import in_html
from ribambelle.web import formats, guards
from ribambelle.web.home import ToDo
from ribambelle.web.letters import Draft, Said, about, demande_of, no_more, said, written
from ribambelle.web.page import Page
from ribambelle.web.papers import pictured, sealed_off
from ribambelle.web.uploads import LONGEST_BODY
from ribambelle.web.visit import Visit
from ribambelle.workflow.followed import Followed, followed

AT_MOST, PER = 20, timedelta(hours=1)
"""Messages one family may write in an hour."""


# -- the family --------------------------------------------------------------------------------


@dataclass(frozen=True)
class MessagesPage:
    """The conversations of a family, and what it chose to read here."""

    conversations: list[Conversation]
    notices: list[tuple[Message, list[Markup]]]


@get("/messages", name="messages", told="Voir ses messages", guards=[guards.in_person])
async def mine(person: NamedDependency[Person], seen: NamedDependency[Visit]) -> Page:
    """Show what the town hall and a family wrote to each other."""
    home = tenants.current().url("/")
    notices = [(one, in_html(one.text, home)) for one in await inbox.notices(person.account)]
    page = MessagesPage(await inbox.of_family(person.account), notices)
    await inbox.read_notices(person.account)
    seen.waiting = await counted(person)
    return Page("messages/mine.html", page)


@dataclass(frozen=True)
class NewPage:
    """A message to write."""

    known: list[tuple[int, str]]
    largest: int
    form: Bound[Draft] | None = None


async def _new_page(person: Person, form: Bound[Draft] | None = None) -> Page:
    known = [(one.demande, one.label) for one in await followed(person)]
    page = NewPage(known, receiving.largest() // receiving.MEGA, form)
    return Page("messages/new.html", page, status=422 if form else 200)


@get("/messages/nouveau", name="messages.new", told="Écrire à la mairie", guards=[guards.in_person])
async def new(person: NamedDependency[Person]) -> Page:
    """Ask what a family wishes to say."""
    return await _new_page(person)


@post(
    "/messages",
    name="messages.open",
    told="Envoyer un message à la mairie",
    guards=[guards.in_person],
    request_max_body_size=LONGEST_BODY,
)
async def begin(
    request: Request[Any, Any, Any], person: NamedDependency[Person], seen: NamedDependency[Visit]
) -> Response[Any]:
    """Send a first message to the town hall."""
    number = 0

    async def keep(draft: Draft, told: Written) -> None:
        nonlocal number
        await _require_few(person)
        demande = demande_of(draft.demande, await followed(person))
        try:
            number = await inbox.open_with(person.account, draft.subject, demande, told, person)
        except inbox.AlreadySaid as again:
            number = again.conversation
            raise

    async def check(fields: dict[str, str]) -> dict[str, str]:
        return {} if "subject" in fields else {"subject": "Dites de quoi il s’agit."}

    form = await written(request, person, lambda: person.account, check, keep)
    if form.errors:
        return await _new_page(person, form)
    seen.tell("ok", "Votre message est envoyé. Un e-mail vous préviendra de la réponse.")
    return Redirect(f"/messages/{number}", status_code=303)


async def _require_few(person: Person) -> None:
    now = tenants.current().now()
    start = limits.window_start(now, PER)
    if await limits.count(f"letter:{person.account}", start) > AT_MOST:
        raise Refused("too_many_letters")


@dataclass(frozen=True)
class ConversationPage:
    """One conversation as its family sees it."""

    conversation: Conversation
    said: list[Said]
    about: Followed | None
    largest: int
    form: Bound[Draft] | None = None


async def _page(
    conversation: Conversation, person: Person, form: Bound[Draft] | None = None
) -> Page:
    # noted first: what arrives meanwhile is shown, and stays to be read
    await inbox.read(conversation, person)
    page = ConversationPage(
        conversation=conversation,
        said=await said(conversation, person),
        about=about(conversation, await followed(person)),
        largest=receiving.largest() // receiving.MEGA,
        form=form,
    )
    return Page("messages/one.html", page, status=422 if form else 200)


@get(
    "/messages/{number:int}",
    name="messages.one",
    told="Lire une conversation",
    guards=[guards.signed_in],
)
async def one(
    number: FromPath[int], person: NamedDependency[Person], seen: NamedDependency[Visit]
) -> Response[Any]:
    """Show a conversation to its family; an agent is led to the desk."""
    conversation = await inbox.of_person(person, number)
    if person.is_staff:
        return Redirect(f"/bureau/messages/{number}", status_code=303)
    page = await _page(conversation, person)
    seen.waiting = await counted(person)
    return page


@post(
    "/messages/{number:int}",
    name="messages.answer",
    told="Répondre à la mairie",
    guards=[guards.in_person],
    request_max_body_size=LONGEST_BODY,
)
async def answer(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Send one more message to the town hall."""
    conversation = await inbox.of_person(person, number)

    async def keep(draft: Draft, told: Written) -> None:
        await _require_few(person)
        await inbox.answer(conversation, told, person, draft.seen)

    form = await written(request, person, lambda: person.account, no_more, keep)
    if form.errors:
        return await _page(conversation, person, form)
    seen.tell("ok", "Votre message est envoyé.")
    return Redirect(f"/messages/{number}", status_code=303)


# -- what is joined ----------------------------------------------------------------------------


@get(
    "/messages/{number:int}/pieces/{paper:int}/fichier",
    name="messages.file",
    told="Télécharger une pièce jointe",
    guards=[guards.signed_in],
)
async def file(
    number: FromPath[int],
    paper: FromPath[int],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Send a file that was joined, to be kept and never opened by the browser."""
    document = await inbox.attached(person, number, paper)
    content = await vault.content(document)
    await queries.open_by(document, person, now)
    suffix = "pdf" if document.media_type == "application/pdf" else "jpg"
    return sealed_off(
        content, document.media_type, f"attachment; filename=piece-jointe-{paper}.{suffix}"
    )


@get(
    "/messages/{number:int}/pieces/{paper:int}/pages/{sheet:int}",
    name="messages.page",
    told="Voir une pièce jointe",
    guards=[guards.signed_in],
)
async def sheet_of(
    number: FromPath[int],
    paper: FromPath[int],
    sheet: FromPath[int],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Send one page of a file that was joined, as a picture."""
    document = await inbox.attached(person, number, paper)
    if not 1 <= sheet <= document.pages:
        raise NotYours
    picture = await pictured(document, sheet)
    await queries.open_by(document, person, now)
    return sealed_off(picture, "image/jpeg", f"inline; filename=piece-jointe-{paper}-{sheet}.jpg")


# -- home and menu --------------------------------------------------------------------------------------


async def counted(person: Person) -> dict[str, int]:
    """Return what waits behind the menu's entry, on every page."""
    where = "/messages" if person.is_family else "/bureau/messages"
    return {where: await inbox.waiting_for(person)}


async def waiting(person: Person) -> list[ToDo]:
    """Return what waits: a message of the town hall to read, or the families' to answer."""
    count = await inbox.waiting_for(person) if person.behalf is None else 0
    since = await inbox.oldest_for(person) if count else None
    if since is None:
        return []
    day = formats.jour(since.astimezone(tenants.current().zone).date())
    if person.is_family:
        return [
            ToDo(
                title="Un message de la mairie" if count == 1 else f"{count} messages de la mairie",
                detail=f"Depuis {day}.",
                action="Lire",
                href="/messages",
                icon="bulle",
                count=count,
                since=since,
            )
        ]
    return [
        ToDo(
            title="Un message attend une réponse"
            if count == 1
            else f"{count} messages attendent une réponse",
            detail=f"Le plus ancien, depuis {day}.",
            action="Répondre",
            href="/bureau/messages/suivant",
            icon="bulle",
            count=count,
            since=since,
        )
    ]


ROUTES = [mine, new, begin, one, answer, file, sheet_of]
