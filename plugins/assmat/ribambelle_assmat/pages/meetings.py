"""What a childminder sees of her relais: its meetings, registered for or given up."""

from dataclasses import dataclass
from datetime import datetime

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import tenants
from ribambelle.errors import Refused
from ribambelle.identity import Person
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_assmat import meeting
from ribambelle_assmat.domain.events import WORDS
from ribambelle_assmat.meeting import Seen
from ribambelle_assmat.pages.space import SPACE, herself, mine
from ribambelle_assmat.queries.directory import One
from ribambelle_assmat.settings import Relais, Settings


@dataclass(frozen=True)
class MeetingsPage:
    """Her relais, and what it proposes."""

    one: One
    relais: list[Relais]
    coming: list[Seen]
    now: datetime

    @property
    def address(self) -> str:
        """Where her pages are."""
        return f"{SPACE}/{self.one.id}"


@get(
    f"{SPACE}/{{childminder:int}}/relais",
    name="assmat.meetings",
    told="Voir les rencontres de son relais et ses inscriptions",
    guards=[herself],
)
async def meetings(
    childminder: FromPath[int], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    """Show her relais and its meetings."""
    one, codes = await mine(person, childminder), await meeting.of_childminder(childminder)
    relais = [each for each in tenants.current().of(Settings).relais if each.code in codes]
    coming = await meeting.coming(codes, now.date(), childminder)
    return Page("assmat/meetings.html", MeetingsPage(one, relais, coming, now))


@post(
    f"{SPACE}/{{childminder:int}}/relais/{{event:int}}/inscription",
    name="assmat.meetings.register",
    told="S’inscrire à une rencontre de son relais",
    guards=[herself],
)
async def register(
    childminder: FromPath[int],
    event: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Take a place at a meeting."""
    await mine(person, childminder)
    codes = await meeting.of_childminder(childminder)
    try:
        await meeting.register(event, codes, childminder, person)
    except Refused as refusal:
        if refusal.reason not in WORDS:
            raise
        seen.tell("erreur", WORDS[refusal.reason])
    else:
        seen.tell(
            "ok", "Vous êtes inscrite. Vous ne venez plus ? Retirez-vous : la place resservira."
        )
    return Redirect(f"{SPACE}/{childminder}/relais", status_code=303)


@post(
    f"{SPACE}/{{childminder:int}}/relais/{{event:int}}/retrait",
    name="assmat.meetings.withdraw",
    told="Se retirer d’une rencontre de son relais",
    guards=[herself],
)
async def withdraw(
    childminder: FromPath[int],
    event: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Give a place up."""
    await mine(person, childminder)
    codes = await meeting.of_childminder(childminder)
    await meeting.withdraw(event, codes, childminder, person)
    seen.tell("ok", "Vous êtes retirée de cette rencontre. Merci d’avoir prévenu.")
    return Redirect(f"{SPACE}/{childminder}/relais", status_code=303)


ROUTES = [meetings, register, withdraw]
