"""The page of a family: its adults, its children, and what each adult may do for them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.database import transaction
from ribambelle.forms import Bound
from ribambelle.identity import Person, custodies, households, quartiers, responsibilities, schools
from ribambelle.identity.households import AddressEntry, AdultEntry
from ribambelle.identity.responsibilities import Held
from ribambelle.identity.tables import Address, Adult, Child, Custody
from ribambelle.search import fold, phone_of
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal

Name = Annotated[str, msgspec.Meta(max_length=100)]
PAGE = "/famille"


class MyName(msgspec.Struct, frozen=True):
    """How an adult is called and reached."""

    given_name: Name
    family_name: Name
    phone: Annotated[str, msgspec.Meta(max_length=40)] = ""


class MyAddress(msgspec.Struct, frozen=True):
    """Where the adults of a household live."""

    line: Annotated[str, msgspec.Meta(max_length=200)]
    postcode: Annotated[str, msgspec.Meta(max_length=10)]
    city: Name
    quartier: int | None = None


class NewChild(msgspec.Struct, frozen=True):
    """A child, as the register of births knows it."""

    given_name: Name
    family_name: Name
    born_on: date


@dataclass(frozen=True)
class Cared:
    """One child, who answers for it, and how its weeks are shared."""

    child: Child
    held: list[Held]
    mine: Held
    school: str
    custody: Custody | None
    is_proposed: bool
    may_share: bool

    @property
    def name(self) -> str:
        """The child's name, or what it is called before it is born."""
        return f"{self.child.given_name} {self.child.family_name}".strip() or "Enfant à naître"


@dataclass(frozen=True)
class FamilyPage:
    """A family as one of its adults sees it."""

    me: Adult | None
    others: list[Adult]
    address: Address | None
    children: list[Cared]
    may_add: bool


async def family_page(person: Person, now: datetime) -> FamilyPage:
    """Return a family as this adult may see it: never where the other parent lives."""
    adults = await households.adults_of(person.household) if person.household else []
    held = await responsibilities.of_adult(person.adult, now.date())
    return FamilyPage(
        me=next((one for one in adults if one.id == person.adult), None),
        others=[one for one in adults if one.id != person.adult],
        address=await households.address_of(person.household) if person.household else None,
        children=[await _cared(person, one, now) for one in held],
        may_add=any(one.rights.has_authority for one in held),
    )


async def _cared(person: Person, mine: Held, now: datetime) -> Cared:
    day = now.date()
    child = await responsibilities.child_of(person, mine.child, day)
    held = await responsibilities.of_children([mine.child], day)
    if not mine.rights.has_authority:  # a relative has no business with the others
        held = [one for one in held if one.adult == person.adult]
    apart = [
        one
        for one in await custodies.parents_of(child.id, day)
        if one.household != person.household
    ]
    return Cared(
        child,
        held,
        mine,
        (await schools.one(int(child.school))).name if child.school else "",
        await custodies.in_force(child.id, day),
        await custodies.proposed(child.id) is not None,
        mine.rights.has_authority and bool(apart),
    )


@get(PAGE, name="family", told="Voir sa famille", guards=[guards.family])
async def family(person: NamedDependency[Person], now: NamedDependency[datetime]) -> Page:
    """Show my family."""
    return Page("family/mine.html", await family_page(person, now))


@dataclass(frozen=True)
class MePage:
    """What the register says of me."""

    me: Adult | None
    form: Bound[MyName] | None = None


async def _me(person: Person) -> Adult | None:
    return await Adult.objects().get(Adult.id == person.adult)


@get(
    f"{PAGE}/moi", name="family.me", told="Changer son nom et son téléphone", guards=[guards.family]
)
async def me(person: NamedDependency[Person]) -> Page:
    """Ask for my name and telephone number."""
    return Page("family/me.html", MePage(await _me(person)))


@post(
    f"{PAGE}/moi",
    name="family.change_me",
    told="Enregistrer son nom et son téléphone",
    guards=[guards.family],
)
async def change_me(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep my name and telephone number; the first time, open my household."""
    form = await forms.read(request, MyName)
    if form.struct and form.struct.phone and not phone_of(form.struct.phone):
        form = form.wrong(phone="Écrivez un numéro de téléphone, par exemple 06 12 34 56 78.")
    if form.struct is None:
        return Page("family/me.html", MePage(await _me(person), form), status=422)
    told = form.struct
    entry = AdultEntry(told.given_name, told.family_name, person.email, told.phone, person.account)
    async with transaction():
        if person.household:
            await households.rename(person.adult, entry)
        else:
            await households.create([entry], None, now)
        await journal.record(
            "family.adult_changed",
            f"account:{person.account}",
            account=person.account,
            side="family",
        )
    seen.tell("ok", "C’est enregistré.")
    return Redirect(PAGE if person.household else f"{PAGE}/adresse", status_code=303)


@dataclass(frozen=True)
class AddressPage:
    """Where we live, and the neighbourhoods to choose from."""

    address: Address | None
    quartiers: list[tuple[int, str]]
    form: Bound[MyAddress] | None = None


async def _address_page(person: Person, form: Bound[MyAddress] | None = None) -> Page:
    page = AddressPage(
        await households.address_of(person.household), await quartiers.choices(), form
    )
    return Page("family/address.html", page, status=422 if form else 200)


@get(f"{PAGE}/adresse", name="family.address", told="Changer son adresse", guards=[guards.family])
async def address(person: NamedDependency[Person]) -> Response[Any]:
    """Ask where we live."""
    if not person.household:
        return Redirect(f"{PAGE}/moi", status_code=303)
    return await _address_page(person)


@post(
    f"{PAGE}/adresse",
    name="family.change_address",
    told="Enregistrer son adresse",
    guards=[guards.family],
)
async def change_address(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Keep where we live."""
    if not person.household:
        return Redirect(f"{PAGE}/moi", status_code=303)
    form = await forms.read(request, MyAddress)
    known = dict(await quartiers.choices())
    if form.struct and form.struct.quartier and form.struct.quartier not in known:
        form = form.wrong(quartier="Choisissez un quartier de la liste.")
    if form.struct is None:
        return await _address_page(person, form)
    told = form.struct
    async with transaction():
        await households.write_address(
            person.household, AddressEntry(told.line, told.postcode, told.city, told.quartier)
        )
        await journal.record(
            "family.address_changed",
            f"household:{person.household}",
            account=person.account,
            side="family",
        )
    seen.tell("ok", "Votre adresse est enregistrée. Vos demandes déjà envoyées gardent la leur.")
    return Redirect(PAGE, status_code=303)


@dataclass(frozen=True)
class ChildPage:
    """A child to add."""

    family_name: str
    form: Bound[NewChild] | None = None


@get(
    f"{PAGE}/enfants/ajouter", name="family.child", told="Ajouter un enfant", guards=[guards.family]
)
async def child(person: NamedDependency[Person]) -> Response[Any]:
    """Ask for a child."""
    mine = await _me(person)
    if mine is None:
        return Redirect(f"{PAGE}/moi", status_code=303)
    return Page("family/child.html", ChildPage(mine.family_name))


@post(
    f"{PAGE}/enfants/ajouter",
    name="family.add_child",
    told="Enregistrer un enfant",
    guards=[guards.family],
)
async def add_child(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Add a child that the adults of my household answer for."""
    mine = await _me(person)
    if mine is None:
        return Redirect(f"{PAGE}/moi", status_code=303)
    form = await forms.read(request, NewChild)
    if form.struct and not now.date().year - 18 <= form.struct.born_on.year:
        form = form.wrong(
            born_on="Le portail s’adresse aux enfants : vérifiez l’année de naissance."
        )
    if form.struct and form.struct.born_on > now.date():
        form = form.wrong(born_on="Cette date est à venir. Ajoutez l’enfant après sa naissance.")
    if form.struct and await _is_known(person, form.struct, now):
        form = form.wrong(given_name="Cet enfant est déjà dans votre famille.")
    if form.struct is None:
        return Page("family/child.html", ChildPage(mine.family_name, form), status=422)
    told = form.struct
    async with transaction():
        number = await households.add_child(
            person.household, told.given_name, told.family_name, born_on=told.born_on
        )
        await journal.record(
            "family.child_added", f"child:{number}", account=person.account, side="family"
        )
    seen.tell("ok", f"{told.given_name} est dans votre famille.")
    return Redirect(PAGE, status_code=303)


async def _is_known(person: Person, told: NewChild, now: datetime) -> bool:
    wanted = fold(f"{told.given_name} {told.family_name}"), told.born_on
    held = await responsibilities.of_adult(person.adult, now.date())
    known = await Child.objects().where(Child.id.is_in([one.child for one in held] or [0]))
    return wanted in {(one.folded, one.born_on) for one in known}


ROUTES = [family, me, change_me, address, change_address, child, add_child]
