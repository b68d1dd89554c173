"""A message of a conversation: read with the file it carries, refused in words, shown signed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Request

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.documents import queries, receiving
from ribambelle.documents.types import ATTACHED
from ribambelle.documents.uses import Owner
from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle.forms.files import LONGEST_FIELD
from ribambelle.identity import Person
from ribambelle.messages import inbox
from ribambelle.messages.inbox import Written
from ribambelle.messages.tables import Conversation, Letter
from ribambelle.web import uploads
from ribambelle.workflow.followed import Followed

LONGEST = 4000
OFFICE_MOST = 600
"""Messages one agent may write in an hour: answering is their work."""


class Draft(msgspec.Struct, frozen=True):
    """A message as it was typed, and the last one that was seen when it was."""

    text: str = ""
    subject: str = ""
    demande: str = ""
    email: str = ""
    seen: int = 0


def refused(fields: dict[str, str], **errors: str) -> Bound[Draft]:
    """Return what was typed, with what to put right; a browser keeps no file: it is asked again."""
    return Bound(None, errors, dict(fields))


Keep = Callable[[Draft, Written], Awaitable[None]]
Check = Callable[[dict[str, str]], Awaitable[dict[str, str]]]


async def written(
    request: Request[Any, Any, Any],
    person: Person,
    whose: Callable[[], int],
    check: Check,
    keep: Keep,
) -> Bound[Draft]:
    """Read a message with its file, and keep both at once or neither; the errors say what to do.

    :param whose: the family account the file belongs to, once the form has been checked.

    The file is examined before the transaction begins: nobody waits for it.
    """
    fields: dict[str, str] = {}
    draft = Draft()
    try:
        async with uploads.upload(request, person, 0 if person.is_family else OFFICE_MOST) as form:
            fields = form.fields
            if errors := _wrong(fields) | await check(fields):
                return refused(fields, **errors)
            draft = _draft(fields)
            if not form.size:
                await keep(draft, Written(draft.text))
                return Bound(draft)
            async with receiving.examined(form.require_file()) as paper, transaction():
                actor = queries.actor(person)
                kept = await receiving.keep(paper, ATTACHED, Owner(whose()), actor)
                await keep(draft, Written(draft.text, kept.id))
            return Bound(draft)
    except inbox.AlreadySaid:
        return Bound(draft)  # the file sent twice is undone with it
    except Refused as refusal:
        if refusal.reason in uploads.SENTENCES:
            return refused(fields, file=uploads.told(refusal))
        if refusal.reason in SENTENCES:
            return refused(fields, text=SENTENCES[refusal.reason])
        raise


SENTENCES = {
    "conversation_moved": "Un message est arrivé pendant que vous écriviez : le voici. Relisez le "
    "vôtre, puis envoyez-le.",
    "too_many_letters": "Vous avez envoyé beaucoup de messages. Attendez un peu, ou appelez-nous. "
    "Votre texte est gardé ici.",
}


def _draft(fields: dict[str, str]) -> Draft:
    seen = fields.get("seen", "")
    return Draft(
        text=fields.get("text", "").replace("\r\n", "\n").strip(),
        subject=" ".join(fields.get("subject", "").split()),
        demande=fields.get("demande", ""),
        email=fields.get("email", "").strip().lower(),
        seen=int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else 0,
    )


def _wrong(fields: dict[str, str]) -> dict[str, str]:
    """Return what to put right in the words themselves."""
    text, subject = fields.get("text", ""), fields.get("subject")
    errors: dict[str, str] = {}
    if subject is not None and not subject.strip():
        errors["subject"] = "Dites en quelques mots de quoi il s’agit."
    elif subject is not None and len(subject) > 120:
        errors["subject"] = "C’est trop long : 120 caractères au plus."
    if not text.strip():
        errors["text"] = "Écrivez votre message."
    elif len(text) > LONGEST or len(text.encode()) >= LONGEST_FIELD:
        errors["text"] = f"C’est trop long : {LONGEST} caractères au plus. Envoyez-le en deux fois."
    return errors


async def no_more(fields: dict[str, str]) -> dict[str, str]:
    """Ask nothing more of a message."""
    return {}


@dataclass(frozen=True)
class Said:
    """One message as it is shown: by whom, when, read when."""

    letter: Letter
    name: str
    is_mine: bool
    paragraphs: list[str]

    @property
    def paper(self) -> Any:
        """The file joined, when there is one."""
        return self.letter.document if self.letter.document and self.letter.document.id else None


async def said(conversation: Conversation, person: Person) -> list[Said]:
    """Return the messages of a conversation, signed."""
    family, agents = await inbox.family_of(conversation.account), dict(await inbox.agents())
    mine = inbox.side_of(person)
    service = tenants.current().settings.contact.service
    return [
        Said(
            letter=one,
            name=(family.name or family.email)
            if one.side == "family"
            else agents.get(one.author) or service,
            is_mine=one.side == mine,
            paragraphs=[part for part in one.text.split("\n\n") if part.strip()],
        )
        for one in await inbox.letters(conversation.id)
    ]


def about(conversation: Conversation, known: list[Followed]) -> Followed | None:
    """Return the demande a conversation speaks of, when the family still follows it."""
    return next((one for one in known if one.demande == conversation.demande), None)


def demande_of(text: str, known: list[Followed]) -> int | None:
    """Return the demande chosen, if it is this family's."""
    return next((one.demande for one in known if str(one.demande) == text), None)
