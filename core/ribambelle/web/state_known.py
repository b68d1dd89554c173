"""What the State already knows: a family agrees, it is asked, she reads what came, and takes it back."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import consents, forms
from ribambelle.consents.tables import Consent
from ribambelle.errors import NotYours, Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person, limits, register, responsibilities
from ribambelle.identity.tables import Account, Adult, Child
from ribambelle.openid import FRANCECONNECT, provider
from ribambelle.particulier import SCHOOLING, asker, asking
from ribambelle.particulier.asker import FRANCE, SEXES, Asker
from ribambelle.particulier.asking import Seen
from ribambelle.particulier.kinds import KINDS, Kind
from ribambelle.particulier.refusals import Unanswered
from ribambelle.tenants import Tenant, departements
from ribambelle.web import guards, leaving
from ribambelle.web.page import Page
from ribambelle.web.sign_in import QUARTER
from ribambelle.web.visit import Visit

PAGE = "/compte/donnees/etat"
LEFT_FOR = "state:"
AT_MOST = 6
"""Questions one family asks in a quarter of an hour."""
Short = Annotated[str, msgspec.Meta(max_length=100)]
PIVOT = ("openid", "identite_pivot")
SEPTEMBER = 9


class Told(msgspec.Struct, frozen=True):
    """A civil status as it was typed, or the child it is asked of, and whether its owner agrees."""

    agree: bool = False
    family_name: Short = ""
    usual_name: Short = ""
    given_names: Short = ""
    sex: str = ""
    born_on: date | None = None
    town: Short = ""
    departement: str = ""
    country: str = ""
    child: int = 0


@dataclass(frozen=True)
class StatePage:
    """What may be asked, what was read, and what was agreed to."""

    offered: list[tuple[Kind, list[str], Consent | None]]
    seen: list[Seen]
    consents: list[tuple[Consent, bool]]


@dataclass(frozen=True)
class KindPage:
    """One thing that may be asked: the words agreed to, and what is typed for it."""

    kind: Kind
    words: str
    consent: Consent | None
    typed: Asker | None
    adult: Adult | None
    children: list[tuple[int, str]]
    by_franceconnect: bool
    form: Bound[Any] | None = None
    refused: Unanswered | None = None
    sexes: list[tuple[str, str]] = field(default_factory=lambda: list(SEXES.items()))
    departements: list[tuple[str, str]] = field(
        default_factory=lambda: [
            (code, f"{name} ({code})") for code, name in departements.names().items()
        ]
    )


def kind_asked(why: str) -> Kind | None:
    """Return what somebody left for FranceConnect to let be asked; None when it was to sign in.

    >>> kind_asked("state:quotient").code, kind_asked("link"), kind_asked("state:x")
    ('quotient', None, None)
    """
    return KINDS.get(why.removeprefix(LEFT_FOR)) if why.startswith(LEFT_FOR) else None


@get(
    PAGE,
    name="state.mine",
    told="Voir ce que l’État a dit d’elle, et ses accords",
    guards=[guards.in_person],
)
async def mine(person: NamedDependency[Person]) -> Page:
    """Show what may be asked, what was read and when, and every consent."""
    page = StatePage(
        [
            (kind, purposes, await consents.standing(person.account, asking.text_of(kind)))
            for kind, purposes in asking.offered().items()
        ],
        await asking.of_account(person.account),
        [
            (one, one.subject.startswith("particulier.") and one.withdrawn_at is None)
            for one in await consents.of_account(person.account)
        ],
    )
    return Page("state/mine.html", page)


@get(
    f"{PAGE}/{{kind:str}}",
    name="state.kind",
    told="Lire ce qu’elle peut laisser demander à l’État",
    guards=[guards.in_person],
)
async def one(
    kind: FromPath[str], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Page:
    """Show the words agreed to, and the form."""
    return await _page(person, tenant, _known(kind))


@post(
    f"{PAGE}/{{kind:str}}",
    name="state.ask",
    told="Laisser la mairie demander une donnée à l’État",
    guards=[guards.in_person],
)
async def ask(
    kind: FromPath[str],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep that the family agrees, ask, and show what came back or what to do."""
    asked = _known(kind)
    form = await forms.read(request, Told)
    wrong = await _wrong(form, person, asked)
    told = form.told
    if wrong or form.struct is None:
        return await _page(person, tenant, asked, form.wrong(**wrong))
    await limits.require(f"state:{person.account}", now, at_most=AT_MOST, per=QUARTER)
    try:
        if asked.code == SCHOOLING:
            await _agree(person, asked, told, now)
            child = await responsibilities.child_of(person, told.child, now.date())
            given = _schooling(child, told.sex, tenant, now)
            said = await asking.ask_of_child(person.account, asked, child.id, given, now)
        else:
            mine = _asker(told)
            await _agree(person, asked, told, now, asker.sealed(mine, person.account))
            said = await asking.ask(person.account, asked, mine, now)
    except Unanswered as error:
        return await _page(person, tenant, asked, form, error)
    seen.tell("ok", f"C’est lu : {asked.label.lower()}. {said}".strip())
    return Redirect(PAGE, status_code=303)


@post(
    f"{PAGE}/{{kind:str}}/franceconnect",
    name="state.leave",
    told="Laisser la mairie demander une donnée à l’État, par FranceConnect",
    guards=[guards.in_person],
)
async def leave(
    kind: FromPath[str],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep that the family agrees, and send it to FranceConnect with what it lets be asked."""
    asked = _known(kind)
    if not _is_by_franceconnect(tenant, asked):
        raise NotYours
    form = await forms.read(request, Told)
    if not (form.told.agree or await consents.standing(person.account, asking.text_of(asked))):
        return await _page(person, tenant, asked, form.wrong(agree=AGREE))
    await limits.require(f"state:{person.account}", now, at_most=AT_MOST, per=QUARTER)
    await consents.give(asking.text_of(asked), person.account, now)
    one = leaving.known(tenant, FRANCECONNECT)
    scopes = tuple(dict.fromkeys((*one.scopes, *PIVOT, *asked.scopes)))
    wide = replace(one, scopes=scopes)
    return await leaving.sent(seen, wide, now, f"{LEFT_FOR}{asked.code}", person.account)


async def back(
    seen: Visit, account: Account | None, kind: Kind, access: str, now: datetime
) -> Response[Any]:
    """Use what FranceConnect opened, at once, if it is the very person whose account this is."""
    person = seen.person
    if person is None or person.behalf is not None or not person.is_family:
        raise Refused("strange_return")
    if account is None or account.id != person.account:
        seen.tell(
            "alerte",
            "Liez d’abord FranceConnect à votre compte, puis recommencez : nous ne lisons que ce qui "
            "est à vous.",
        )
        return Redirect("/compte/connexion", status_code=303)
    if not _is_by_franceconnect(seen.tenant, kind):
        raise Refused("strange_return")
    try:
        said = await asking.ask_as_franceconnect(person.account, kind, access, now)
    except Unanswered as error:
        seen.tell("alerte", f"{error.refusal.title} {error.refusal.then}")
        return Redirect(f"{PAGE}/{kind.code}", status_code=303)
    seen.tell("ok", f"C’est lu : {kind.label.lower()}. {said}".strip())
    return Redirect(PAGE, status_code=303)


@post(
    f"{PAGE}/{{kind:str}}/retirer",
    name="state.withdraw",
    told="Retirer son accord",
    guards=[guards.in_person],
)
async def withdraw(
    kind: FromPath[str],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Take a consent back, even of what the commune does not ask any more."""
    if kind not in KINDS:
        raise NotYours
    if await consents.withdraw(person.account, asking.subject(kind), now):
        seen.tell("ok", "Votre accord est retiré : rien ne sera plus demandé, ni utilisé.")
    return Redirect(PAGE, status_code=303)


def _known(code: str) -> Kind:
    kind = KINDS.get(code)
    if kind is None or kind not in asking.offered():
        raise NotYours
    return kind


def _is_by_franceconnect(tenant: Tenant, kind: Kind) -> bool:
    is_on = tenant.settings.particulier.franceconnect and bool(kind.scopes)
    return is_on and provider.of(tenant, FRANCECONNECT) is not None


async def _page(
    person: Person,
    tenant: Tenant,
    kind: Kind,
    form: Bound[Any] | None = None,
    refused: Unanswered | None = None,
) -> Page:
    text = asking.text_of(kind)
    page = KindPage(
        kind,
        text.words,
        await consents.standing(person.account, text),
        await asking.typed(person.account, kind),
        await Adult.objects().get(Adult.id == person.adult) if person.adult else None,
        await _children(person, tenant) if kind.code == SCHOOLING else [],
        _is_by_franceconnect(tenant, kind),
        form,
        refused,
    )
    status = 200 if form is None else 422
    return Page("state/kind.html", page, status=503 if refused and form else status)


async def _children(person: Person, tenant: Tenant) -> list[tuple[int, str]]:
    held = await responsibilities.of_adult(person.adult, tenant.now().date())
    numbers = [one.child for one in held if one.rights.has_authority]
    rows = await Child.objects().where(Child.id.is_in(numbers or [0])).order_by(Child.id)
    return [(one.id, register.named(one)) for one in rows if one.born_on]


AGREE = "Cochez la case si vous êtes d’accord. Sinon, écrivez vous-même et joignez une attestation."
ONESELF = (
    "Écrivez votre propre état civil : votre prénom et l’un de vos deux noms doivent être ceux de "
    "« Ma famille ». L’autre parent peut demander depuis son compte."
)


async def _wrong(form: Bound[Any], person: Person, kind: Kind) -> dict[str, str]:
    """Return what is missing or strange in what was typed, field by field."""
    told: Told = form.told
    wrong: dict[str, str] = {}
    if told.sex not in SEXES:
        wrong["sex"] = "Choisissez ce qu’indique l’état civil."
    if kind.code != SCHOOLING:
        wrong |= _birth_wrong(told)
    elif not told.child:
        wrong["child"] = "Choisissez un enfant."
    if not (told.agree or await consents.standing(person.account, asking.text_of(kind))):
        wrong["agree"] = AGREE
    if kind.code == SCHOOLING:
        return wrong
    if not wrong and not form.errors:
        adult = await Adult.objects().get(Adult.id == person.adult) if person.adult else None
        named = (adult.given_name, adult.family_name) if adult else ("", "")
        if not asker.is_oneself(_asker(told), *named):
            wrong["family_name"] = ONESELF
    return {name: what for name, what in wrong.items() if name not in form.errors}


def _birth_wrong(told: Told) -> dict[str, str]:
    wrong = {
        name: what
        for name, what in (
            ("family_name", "Écrivez votre nom de naissance."),
            ("given_names", "Écrivez vos prénoms, dans l’ordre de l’état civil."),
            ("born_on", "Écrivez votre date de naissance."),
        )
        if not getattr(told, name)
    }
    if told.country:
        if not (told.country.isdecimal() and len(told.country) == 5 and told.country[:2] == "99"):
            wrong["country"] = "Écrivez cinq chiffres, qui commencent par 99."
        return wrong
    if not told.town:
        wrong["town"] = "Écrivez votre commune de naissance, telle qu’elle s’appelait."
    if told.departement not in departements.names():
        wrong["departement"] = "Choisissez votre département de naissance."
    return wrong


def _asker(told: Told) -> Asker:
    return Asker(
        told.family_name,
        tuple(told.given_names.replace(",", " ").split()),
        told.sex,
        told.born_on or date.min,
        "" if told.country else told.town,
        "" if told.country else told.departement,
        told.country or FRANCE,
        told.usual_name,
    )


def _schooling(child: Child, sex: str, tenant: Tenant, now: datetime) -> list[tuple[str, str]]:
    year = now.year if now.month >= SEPTEMBER else now.year - 1
    return [
        ("nomNaissance", child.family_name),
        ("prenoms[]", child.given_name),
        ("sexeEtatCivil", sex),
        ("anneeDateNaissance", f"{child.born_on:%Y}"),
        ("moisDateNaissance", f"{child.born_on:%m}"),
        ("jourDateNaissance", f"{child.born_on:%d}"),
        ("anneeScolaire", str(year)),
        ("codesBcnDepartements[]", tenant.settings.departement),
    ]


async def _agree(person: Person, kind: Kind, told: Told, now: datetime, sealed: str = "") -> None:
    """Keep a yes just said; without one, only a consent that stands lets anything be asked."""
    text = asking.text_of(kind)
    if told.agree or await consents.standing(person.account, text):
        await consents.give(text, person.account, now, sealed)


ROUTES = [mine, one, ask, leave, withdraw]
