"""The children a crèche has: who, which half-days, from when until when."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from ribambelle import forms, workflow
from ribambelle.documents import shelf
from ribambelle.errors import NotYours, Refused
from ribambelle.forms.files import sent
from ribambelle.identity import Person, limits
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.web.families.around import Around, around
from ribambelle.web.page import Page
from ribambelle.web.sign_in import HOUR
from ribambelle.web.visit import Visit
from ribambelle.workflow.declaration import Side
from ribambelle_creche import moving
from ribambelle_creche.domain import week
from ribambelle_creche.domain.age import LABELS
from ribambelle_creche.domain.present_children import MOST, Line, read, wrong_days
from ribambelle_creche.pages.facility_space import Space, calls_of, manager, side_of, to_call
from ribambelle_creche.queries import applications, contracts, facilities
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Application, Contract, Facility

LARGEST = 1_000_000
BY_FILE = (
    "Cet enfant est venu par une demande : sa famille en fait une autre, ou la mairie la saisit."
)
SENTENCES = {
    "empty": "Choisissez un fichier.",
    "too_big": "Ce fichier est trop grand : 1 Mo au plus.",
    "form_unreadable": "L’envoi s’est interrompu. Recommencez.",
}


class ChildForm(msgspec.Struct, frozen=True):
    """A child to add."""

    name: Annotated[str, Meta(max_length=200)]
    born_on: date
    first: date
    last: date | None = None
    days: list[str] = []
    insertion: bool = False


class EndForm(msgspec.Struct, frozen=True):
    """The last day of a child."""

    last: date


@dataclass(frozen=True)
class ChildrenPage:
    """The children of a crèche, and one to add."""

    space: Space
    contracts: list[Contract]
    settings: Settings
    today: date
    days: tuple[tuple[str, str, str], ...]
    form: forms.Bound[ChildForm] | None = None
    wrong: str = ""
    refused: tuple[Line, ...] = ()

    @property
    def halves(self) -> list[tuple[str, str, str]]:
        """The halves of a day, with their hours."""
        told = self.settings
        return [("am", "Matin", told.morning), ("pm", "Après-midi", told.afternoon)]

    @property
    def present(self) -> int:
        """How many children are there today."""
        return sum(contracts.presence(one).is_here(self.today) for one in self.contracts)

    def group(self, contract: Contract) -> str:
        """Return the section of a child today, in words."""
        if contract.born_on is None:
            return "Âge à préciser"
        return LABELS[self.settings.ages.group(contract.born_on, self.today)]

    def stays(self, contract: Contract) -> str:
        """Return from when until when a child comes, in words."""
        last = contracts.presence(contract).leaves_on
        begins = formats.jour_court(contract.first, year=True)
        if last is None:
            return f"depuis le {begins}"
        why = "" if contract.last else " (école)"
        return f"du {begins} au {formats.jour_court(last, year=True)}{why}"

    @staticmethod
    def week(slots: int) -> str:
        """Return half-days in words."""
        return week.words(slots)


@dataclass(frozen=True)
class ChildPage:
    """One child of a crèche, and its last day."""

    space: Space
    contract: Contract
    leaves_on: date | None
    form: forms.Bound[EndForm] | None = None
    is_awaited: bool = False
    """Its family accepted the place, and its arrival is to be confirmed."""
    around: Around | None = None
    """Who may come for it, and whose weeks are whose."""
    transfer: Application | None = None
    """The file by which it asks for another crèche, when its crèche wrote it without one."""

    @property
    def week(self) -> str:
        """Its half-days, in words."""
        return week.words(self.contract.slots)


async def child_page(
    facility: Facility,
    contract: Contract,
    tenant: Tenant,
    today: date,
    form: forms.Bound[EndForm] | None = None,
) -> Page:
    """Show one child of a crèche."""
    space = Space(facility, "/enfants", to_call(await calls_of(facility, tenant, today)))
    leaves_on = contracts.presence(contract).leaves_on
    is_awaited = await contracts.awaited(contract) is not None
    child = await contracts.child_of(contract)
    page = ChildPage(
        space,
        contract,
        leaves_on,
        form,
        is_awaited,
        await around(child, tenant.now()),
        await contracts.transfer_of(contract),
    )
    return Page("creche/facility/child.html", page, status=422 if form else 200)


async def children_page(facility: Facility, tenant: Tenant, today: date, **shown: Any) -> Page:
    """Show the children of a crèche, with what was just typed when it is wrong."""
    page = ChildrenPage(
        space=Space(facility, "/enfants", to_call(await calls_of(facility, tenant, today))),
        contracts=await contracts.of_facility(facility.id),
        settings=tenant.of(Settings),
        today=today,
        days=week.days(saturday=facility.opens_saturday),
        **shown,
    )
    return Page("creche/facility/children.html", page, status=422 if shown else 200)


@get(
    "/creche/direction/{facility:int}/enfants",
    name="creche.facility.children",
    told="Voir les enfants d’une crèche",
    guards=[manager],
)
async def look(
    facility: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show the children of a crèche."""
    return await children_page(await facilities.managed(person, facility), tenant, now.date())


@post(
    "/creche/direction/{facility:int}/enfants",
    name="creche.facility.add_child",
    told="Ajouter un enfant à une crèche",
    guards=[manager],
)
async def add(
    request: Request[Any, Any, Any],
    facility: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Add a child to those of a crèche."""
    one, form = await facilities.managed(person, facility), await forms.read(request, ChildForm)
    if form.struct is not None:
        form = form.wrong(**wrong_child(form.struct, one))
    if form.struct is None:
        return await children_page(one, tenant, now.date(), form=form)
    told = form.struct
    line = Line(
        number=0,
        name=told.name,
        born_on=told.born_on,
        slots=week.bits(told.days),
        first=told.first,
        last=told.last,
        insertion=told.insertion,
    )
    added = await contracts.add(facility, [line], "declared", person.account, side_of(person))
    seen.tell("ok", f"{told.name} : {'enregistré' if added else 'déjà dans la liste'}.")
    return Redirect(f"/creche/direction/{facility}/enfants", status_code=303)


def wrong_child(form: ChildForm, facility: Facility) -> dict[str, str]:
    """Return one sentence per part of a contract that cannot be."""
    errors = wrong_days(form.born_on, form.first, form.last)
    if not form.days or any(slot not in week.SLOTS for slot in form.days):
        errors["days"] = "Cochez au moins une demi-journée."
    elif not facility.opens_saturday:
        errors |= week.wrong_saturday(form.days, facility.name)
    return errors


@get(
    "/creche/direction/{facility:int}/enfants/{contract:int}",
    name="creche.facility.child",
    reads="creche.contract:{contract}",
    told="Voir un enfant d’une crèche",
    guards=[manager],
)
async def look_at(
    facility: FromPath[int],
    contract: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show one child of a crèche, to write its last day."""
    one = await facilities.managed(person, facility)
    return await child_page(one, await contracts.one(facility, contract), tenant, now.date())


@post(
    "/creche/direction/{facility:int}/enfants/{contract:int}",
    name="creche.facility.end_child",
    told="Écrire le dernier jour d’un enfant dans une crèche",
    guards=[manager],
)
async def end(
    request: Request[Any, Any, Any],
    facility: FromPath[int],
    contract: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Write the last day of a child: its place is free after it."""
    one = await facilities.managed(person, facility)
    held, form = await contracts.one(facility, contract), await forms.read(request, EndForm)
    if form.struct is not None:
        form = form.wrong(**wrong_days(held.born_on, held.first, form.struct.last))
    if form.struct is None:
        return await child_page(one, held, tenant, now.date(), form)
    await contracts.end(held, form.struct.last, person.account, side_of(person))
    seen.tell("ok", "Dernier jour enregistré : la place est comptée libre ensuite.")
    return Redirect(f"/creche/direction/{facility}/enfants", status_code=303)


@post(
    "/creche/direction/{facility:int}/enfants/{contract:int}/insertion",
    name="creche.facility.insertion",
    told="Compter un enfant parmi les places d’insertion d’une crèche",
    guards=[manager],
)
async def count_for_insertion(
    request: Request[Any, Any, Any],
    facility: FromPath[int],
    contract: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Count a child among the places kept for insertion, or no longer; twice says the same."""
    await facilities.managed(person, facility)
    one = await contracts.one(facility, contract)
    is_counted = str((await request.form()).get("compter", "")) == "oui"
    await contracts.count_for_insertion(one, person.account, side_of(person), is_counted=is_counted)
    words = "est compté" if is_counted else "n’est plus compté"
    seen.tell("ok", f"C’est noté : l’enfant {words} parmi les places d’insertion.")
    return Redirect(f"/creche/direction/{facility}/enfants/{contract}", status_code=303)


@post(
    "/creche/direction/{facility:int}/enfants/{contract:int}/autre-creche",
    name="creche.facility.transfer",
    told="Demander une autre crèche pour un enfant écrit à la main",
    guards=[manager],
)
async def ask_transfer(
    facility: FromPath[int],
    contract: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Open the file by which a child asks for another crèche; doing it twice opens the same."""
    await facilities.managed(person, facility)
    try:
        number = await moving.ask(person, facility, contract, now, side_of(person))
    except Refused as refusal:
        if refusal.reason != "transfer_by_file":
            raise
        seen.tell("erreur", BY_FILE)
        return Redirect(f"/creche/direction/{facility}/enfants/{contract}", status_code=303)
    try:
        await applications.mine(person, number)
    except NotYours:
        seen.tell("info", "La demande est déjà ouverte, par quelqu’un d’autre.")
        return Redirect(f"/creche/direction/{facility}/enfants/{contract}", status_code=303)
    return Redirect(f"/creche/demandes/{number}", status_code=303)


@post(
    "/creche/direction/{facility:int}/enfants/{contract:int}/arrivee",
    name="creche.facility.arrived",
    told="Confirmer l’arrivée d’un enfant admis",
    guards=[manager],
)
async def arrived(
    facility: FromPath[int],
    contract: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Confirm that an admitted child has come; doing it twice says the same."""
    await facilities.managed(person, facility)
    demande = await contracts.awaited(await contracts.one(facility, contract))
    if demande is not None:
        side: Side = "facility" if side_of(person) == "facility" else "office"
        await workflow.fire(demande, "enroll", side=side, account=person.account)
    seen.tell("ok", "Arrivée confirmée : l’enfant est inscrit.")
    return Redirect(f"/creche/direction/{facility}/enfants/{contract}", status_code=303)


@post(
    "/creche/direction/{facility:int}/enfants/import",
    name="creche.facility.import_children",
    told="Importer la liste des enfants d’une crèche",
    guards=[manager],
    request_max_body_size=2 * LARGEST,
)
async def bring_in(
    request: Request[Any, Any, Any],
    facility: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Bring in a list of children; each line that cannot be read is shown with its reason."""
    one = await facilities.managed(person, facility)
    await limits.require(f"creche.children:{person.account}", now, at_most=30, per=HOUR)
    try:
        async with sent(request, shelf.reception(), largest=LARGEST) as form:
            lines = list(read(form.require_file().read_bytes(), saturday=one.opens_saturday))
    except Refused as refusal:
        return await children_page(one, tenant, now.date(), wrong=sentence(refusal))
    if len(lines) > MOST:
        wrong = f"Cette liste a plus de {MOST} lignes. Coupez-la en plusieurs."
        return await children_page(one, tenant, now.date(), wrong=wrong)
    good = [line for line in lines if not line.refusal]
    added = await contracts.add(facility, good, "import", person.account, side_of(person))
    refused = tuple(line for line in lines if line.refusal)
    if refused:
        wrong = f"{told(len(lines), added)} {len(refused)} à corriger, puis à renvoyer."
        return await children_page(one, tenant, now.date(), wrong=wrong, refused=refused)
    seen.tell("ok", told(len(lines), added))
    return Redirect(f"/creche/direction/{facility}/enfants", status_code=303)


def sentence(refusal: Refused) -> str:
    """Return why a list could not be read; others are raised again.

    >>> sentence(Refused("columns_missing", columns="semaine", found="Nom, Jours"))[:42]
    'Il manque une colonne : semaine. Nommez-la'
    """
    if refusal.reason == "columns_missing":
        missing = refusal.facts["columns"]
        return f"Il manque une colonne : {missing}. Nommez-la ainsi sur la première ligne."
    if refusal.reason not in SENTENCES:
        raise refusal
    return SENTENCES[refusal.reason]


def told(lines: int, added: int) -> str:
    r"""Say what became of a list.

    >>> told(12, 10).replace("\u00a0", " "), told(1, 0).replace("\u00a0", " ")
    ('12 lignes lues, 10 enfants ajoutés.', '1 ligne lue, 0 enfant ajouté.')
    """
    read_lines = f"{formats.pluriel(lines, 'ligne')} lue{'s' * (lines > 1)}"
    return f"{read_lines}, {formats.pluriel(added, 'enfant')} ajouté{'s' * (added > 1)}."


ROUTES = [look, add, look_at, end, count_for_insertion, ask_transfer, arrived, bring_in]
