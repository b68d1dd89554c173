"""Families at the town hall: found, read, and helped with their own pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from ribambelle import forms, tenants
from ribambelle.api import telling
from ribambelle.database import transaction
from ribambelle.forms import Bound
from ribambelle.identity import (
    Person,
    custodies,
    errands,
    households,
    merging,
    register,
    responsibilities,
    schools,
)
from ribambelle.identity.errands import REASONS, Told
from ribambelle.identity.person import NO_ADDRESS
from ribambelle.identity.register import Line
from ribambelle.identity.responsibilities import Held
from ribambelle.identity.tables import Account, Address, Adult, Child, Custody, Merge
from ribambelle.messages import handed, printing
from ribambelle.messages import post as write
from ribambelle.messages.handed import Handed
from ribambelle.messages.printing import Printing
from ribambelle.particulier import asking
from ribambelle.particulier.asking import Seen
from ribambelle.particulier.kinds import KINDS
from ribambelle.web import guards
from ribambelle.web.families.custody import told
from ribambelle.web.home import Found
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit

PAGE = "/bureau/familles"
SIZE = 50
ENDINGS = {
    "judgment": "Un jugement le dit",
    "parents": "Les parents le demandent ensemble",
    "mistake": "C’était une erreur de saisie",
}


@dataclass(frozen=True)
class RegisterPage:
    """The families found, and where one is in the list."""

    words: str
    lines: list[Line]
    total: int
    first: int
    before: str | None
    after: str | None


@get(PAGE, name="office.families", told="Chercher une famille", guards=[guards.agent])
async def families(q: FromQuery[str] = "", page: FromQuery[int] = 1) -> Page:
    """Find a family by a name, a telephone number or an e-mail."""
    words = q.strip()[:100]
    first = (max(1, page) - 1) * SIZE
    lines, total = await register.found(words, first, SIZE)
    kept = f"?q={words}&" if words else "?"
    return Page(
        "office/families.html",
        RegisterPage(
            words,
            lines,
            total,
            first,
            f"{PAGE}{kept}page={page - 1}" if page > 1 else None,
            f"{PAGE}{kept}page={page + 1}" if first + SIZE < total else None,
        ),
    )


@dataclass(frozen=True)
class Member:
    """One adult of a family, and whether they sign in."""

    adult: Adult
    name: str
    account: str
    sms: Handed | None = None
    """The last SMS that was written to them."""


@dataclass(frozen=True)
class ChildSheet:
    """One child: who answers for it, wherever they live, and how its weeks are shared."""

    child: Child
    name: str
    school: str
    held: list[Held]
    custody: list[tuple[str, str]]


@dataclass(frozen=True)
class FamilySheet:
    """One household as an agent reads it."""

    number: int
    title: str
    members: list[Member]
    address: Address | None
    children: list[ChildSheet]
    errands: list[Told]
    reasons: list[tuple[str, str]]
    endings: list[tuple[str, str]]
    merges: list[Merge]
    schools: list[tuple[int, str]]
    papers: list[Printing]
    state_told: list[Seen]


@get(
    f"{PAGE}/{{number:int}}",
    name="office.family",
    reads="household:{number}",
    told="Voir une famille",
    guards=[guards.agent],
)
async def family(number: FromPath[int], now: NamedDependency[datetime]) -> Page:
    """Show one family."""
    row = await register.household(number)
    adults = await households.adults_of(row.id)
    children = await households.children_of(row.id)
    held = {
        one.child
        for adult in adults
        for one in await responsibilities.of_adult(adult.id, now.date())
    } - {one.id for one in children}
    elsewhere = await Child.objects().where(Child.id.is_in(list(held) or [0]))
    page = FamilySheet(
        number=row.id,
        title=", ".join(register.named(one) for one in adults) or f"Foyer {row.id}",
        members=[
            Member(one, register.named(one), await _account(one), await _sms(one)) for one in adults
        ],
        address=await households.address_of(row.id),
        children=[await _sheet(one, now) for one in [*children, *elsewhere]],
        errands=[one for adult in adults if adult.account for one in await acted(adult.account)],
        reasons=[(code, f"La personne est {label}") for code, label in REASONS.items()],
        endings=list(ENDINGS.items()),
        merges=await merging.of_household(row.id),
        schools=list((await schools.names()).items()),
        papers=await printing.about(f"household:{row.id}"),
        state_told=await asking.usable(row.id, *KINDS),
    )
    return Page("office/family.html", page)


async def _sms(adult: Adult) -> Handed | None:
    if adult.account is None:
        return None
    last = await handed.sms_to([int(adult.account)], [], "", most=1)
    return last[0].at_home(tenants.current().zone) if last else None


async def _account(adult: Adult) -> str:
    if adult.account is None:
        return "Invité, pas encore venu" if adult.email else "Sans compte"
    account = await Account.objects().get(Account.id == int(adult.account))
    if account is None or account.email.endswith(NO_ADDRESS):
        return "Sans adresse e-mail : la mairie agit pour lui"
    return "Compte fermé" if account.disabled_at else "Compte ouvert"


async def _sheet(child: Child, now: datetime) -> ChildSheet:
    custody: Custody | None = await custodies.in_force(child.id, now.date())
    return ChildSheet(
        child,
        register.named(child) or "Enfant à naître",
        (await schools.one(int(child.school))).name if child.school else "",
        await responsibilities.of_children([child.id], now.date()),
        await told(custody) if custody else [],
    )


class Beginning(msgspec.Struct, frozen=True):
    """How the family asked."""

    reason: str = ""


@post(
    f"{PAGE}/adultes/{{adult:int}}/agir",
    name="office.act",
    told="Agir pour une famille",
    guards=[guards.agent],
)
async def act(
    adult: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Begin to act for an adult: the family's own pages open."""
    found = await responsibilities.adult_of(adult)
    form = await forms.read(request, Beginning)
    if form.struct is None or form.struct.reason not in REASONS:
        seen.tell("erreur", "Dites comment la personne vous le demande, puis recommencez.")
        return Redirect(f"{PAGE}/{found.household}", status_code=303)
    errand = await errands.begin(person, found, form.struct.reason, now)
    seen.session.set("errand", errand.id)
    return Redirect("/", status_code=303)


@post(
    "/bureau/agir/terminer",
    name="office.act_end",
    told="Cesser d’agir pour une famille",
    guards=[guards.agent],
)
async def act_end(
    person: NamedDependency[Person], seen: NamedDependency[Visit], now: NamedDependency[datetime]
) -> Redirect:
    """Stop acting for a family; it is told what was done."""
    errand = await errands.open_of(person.account)
    seen.session.drop("errand")
    if errand is None:
        return Redirect("/bureau", status_code=303)
    await errands.end(errand, now)
    done = await errands.acts_of(errand)
    seen.tell(
        "ok", "La famille reçoit la liste de ce que vous avez fait." if done else "Rien n’a changé."
    )
    adult = await Adult.objects().get(Adult.account == int(errand.account))
    return Redirect(f"{PAGE}/{adult.household}" if adult else "/bureau", status_code=303)


class Ending(msgspec.Struct, frozen=True):
    """Why somebody no longer answers for a child."""

    why: str = ""


@post(
    f"{PAGE}/liens/{{held:int}}/fin",
    name="office.end_held",
    told="Écrire qu’un adulte ne répond plus d’un enfant",
    guards=[guards.agent],
)
async def end_held(
    held: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Write that an adult no longer answers for a child, on a judgment for a parent."""
    found = await responsibilities.one(held, now.date())
    child = await Child.objects().get(Child.id == found.child)
    back = Redirect(f"{PAGE}/{child.household if child else 0}", status_code=303)
    form: Bound[Ending] = await forms.read(request, Ending)
    why = form.struct.why if form.struct else ""
    if why not in ENDINGS:
        seen.tell("erreur", "Dites pourquoi cette personne ne répond plus de l’enfant.")
        return back
    others = await custodies.parents_of(found.child, now.date())
    if [one.id for one in others] == [found.id]:
        seen.tell("erreur", "C’est le seul parent de l’enfant : ajoutez d’abord qui en répond.")
        return back
    async with transaction():
        await responsibilities.end(found, now, by=person.account, side="office", reason=why)
        await custodies.drop(found.child, found.adult, person.account)
        if found.account is not None and found.email:
            await write(
                "messages/rights_ended", found.email, account=found.account, name=found.name
            )
    seen.tell("ok", f"{found.name} ne répond plus de cet enfant.")
    return back


@dataclass(frozen=True)
class ActsPage:
    """What the town hall did in a family's name."""

    errands: list[Told]


async def acted(account: int) -> list[Told]:
    """Return what staff and programs did in a family's name, the latest first."""
    found = [*await errands.of_family(account), *await telling.of_family(account)]
    return sorted(found, key=lambda one: one.began_at, reverse=True)


@get(
    "/famille/actes",
    name="family.errands",
    told="Voir ce que la mairie a fait en son nom",
    guards=[guards.family],
)
async def acts(person: NamedDependency[Person]) -> Page:
    """Show a family who acted in its name, and what was done."""
    return Page("family/errands.html", ActsPage(await acted(person.account)))


async def find(person: Person, words: str) -> list[Found]:
    """Return the families some of whose people bear these words."""
    if not person.holds("agent", "admin"):
        return []
    lines, _ = await register.found(words, 0, 10)
    return [
        Found(
            "Familles",
            ", ".join(one.adults) or f"Foyer {one.household}",
            ", ".join([*one.children, one.where]).strip(", "),
            f"{PAGE}/{one.household}",
        )
        for one in lines
    ]


ROUTES = [families, family, act, act_end, end_held, acts]
