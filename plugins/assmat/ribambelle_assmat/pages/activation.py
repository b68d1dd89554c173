"""The pages where a childminder opens her account, without a clerk: a link, or a code by SMS."""

import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle.identity import accounts, limits
from ribambelle.jobs import later
from ribambelle.messages.phones import mobile as mobile_of
from ribambelle.search import fold
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.sign_in import come_from
from ribambelle.web.visit import Visit
from ribambelle_assmat import activating
from ribambelle_assmat.activating import Wanted
from ribambelle_assmat.pages.cares import told_of
from ribambelle_assmat.queries import directory

HERE = "/assmat/activation"
HOUR = timedelta(hours=1)
KEY = "assmat.activation"
TRIES, NAME_TRIES, DAY = 5, 8, timedelta(days=1)
CHANNELS = [("email", "Par e-mail : un lien, valable 48 heures"), ("sms", "Par SMS : un code")]
LOGINS = [
    ("email", "Mon adresse e-mail"),
    ("mobile", "Mon portable, s’il a reçu le code"),
    ("number", "Mon numéro d’agrément"),
]
Text = Annotated[str, msgspec.Meta(max_length=80)]


class ActivationForm(msgspec.Struct, frozen=True):
    """What says who she is, and how to reach her."""

    accreditation: Text = ""
    family_name: Text = ""
    born_on: date | None = None
    channel: str = "email"
    email: Annotated[str, msgspec.Meta(max_length=254)] = ""
    mobile: Annotated[str, msgspec.Meta(max_length=30)] = ""
    login: str = "email"


class CodeForm(msgspec.Struct, frozen=True):
    """The six digits of the SMS."""

    code: Annotated[str, msgspec.Meta(max_length=12)] = ""


@dataclass(frozen=True)
class ActivationPage:
    """The form; or that a message may be on its way."""

    form: Bound[ActivationForm] | None = None
    sent_to: str = ""
    channels: tuple[tuple[str, str], ...] = ()
    """None when the portal sends no SMS."""
    logins: tuple[tuple[str, str], ...] = ()


def form_page(tenant: Tenant, form: Bound[ActivationForm] | None = None) -> Page:
    """Return the form, with what this portal can send."""
    has_sms = tenant.sends_sms
    logins = [one for one in LOGINS if has_sms or one[0] != "mobile"]
    page = ActivationPage(form, channels=tuple(CHANNELS) if has_sms else (), logins=tuple(logins))
    return Page("assmat/activation.html", page, status=422 if form else 200)


@get(HERE, name="assmat.activation", told="Ouvrir son compte", guards=[guards.public])
async def ask(tenant: NamedDependency[Tenant]) -> Page:
    """Ask who she is."""
    return form_page(tenant)


def examined(form: Bound[ActivationForm], tenant: Tenant) -> tuple[Wanted, dict[str, str]]:
    """Return what she asks for, and everything that is wrong in it."""
    told, wrong = form.told, {}
    number = re.sub(r"[\s./-]", "", told.accreditation)
    if not told.family_name.strip():
        wrong["family_name"] = "Écrivez votre nom."
    if told.born_on is None and "born_on" not in form.errors:
        wrong["born_on"] = "Écrivez votre date de naissance."
    by_sms, email, mobile = told.channel == "sms" and tenant.sends_sms, "", ""
    if told.email.strip() or not by_sms:
        try:
            email = accounts.email_of(told.email)
        except Refused:
            wrong["email"] = "Écrivez une adresse comme prenom.nom@exemple.fr."
    if by_sms:
        try:
            mobile = mobile_of(told.mobile, tenant.settings.departement)
        except Refused:
            wrong["mobile"] = "Écrivez un numéro de portable, comme 06 12 34 56 78."
    login = told.login if told.login in dict(LOGINS) else "email"
    return Wanted(number, email, mobile, login), wrong


@post(
    HERE,
    name="assmat.activate",
    told="Demander à ouvrir son compte d’assistante maternelle",
    guards=[guards.public],
    status_code=200,
)
async def send(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Answer the same whoever it is: the register is looked at by a job, in its own time."""
    form = await forms.read(request, ActivationForm)
    told = form.told
    wanted, wrong = examined(form, tenant)
    if form.errors or wrong or told.born_on is None:
        return form_page(tenant, form.wrong(**wrong))
    if await _is_tried_too_much(wanted.number, told.family_name, now):
        words = "Trop d’essais avec ce nom : écrivez le numéro de votre agrément."
        return form_page(tenant, form.wrong(accreditation=words))
    await limits.require(f"assmat-activation-from:{come_from(request)}", now, at_most=20, per=HOUR)
    asked: dict[str, Any] = {
        "number": wanted.number,
        "family_name": told.family_name,
        "born_on": f"{told.born_on}",
    }
    asked["wanted"] = msgspec.json.encode(wanted).decode()
    if wanted.mobile:
        # a telephone is written to a few times an hour, whoever asks
        await limits.require(f"assmat-sms:{wanted.mobile}", now, at_most=3, per=HOUR)
        challenge = secrets.token_urlsafe(24)
        seen.session.set(KEY, challenge)
        await later("assmat", "activate", **asked, challenge=challenge)
        return Redirect(f"{HERE}/code", status_code=303)
    await later("assmat", "activate", **asked)
    return Page("assmat/activation.html", ActivationPage(sent_to=wanted.email))


async def _is_tried_too_much(number: str, name: str, now: datetime) -> bool:
    """Count a try; without her number a name is tried a few times a day, whatever the date."""
    if number:
        await limits.require(f"assmat-activation:{number}", now, at_most=5, per=HOUR)
        return False
    key = f"assmat-activation-name:{fold(name)[:60]}"
    try:
        await limits.require(key, now, at_most=NAME_TRIES, per=DAY)
    except Refused:
        return True
    return False


@dataclass(frozen=True)
class CodePage:
    """The six digits to type."""

    form: Bound[CodeForm] | None = None


@get(
    f"{HERE}/code",
    name="assmat.activation_code",
    told="Recopier le code reçu par SMS",
    guards=[guards.public],
)
async def code_page(seen: NamedDependency[Visit]) -> Response[Any]:
    """Ask for the code."""
    if KEY not in seen.session.data:
        return Redirect(HERE, status_code=303)
    return Page("assmat/activation_code.html", CodePage())


@post(
    f"{HERE}/code",
    name="assmat.prove_mobile",
    told="Prouver son portable, et ouvrir son compte",
    guards=[guards.public],
)
async def prove(
    request: Request[Any, Any, Any],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Open the account, a few tries for each code: then another must be asked for."""
    challenge = seen.session.data.get(KEY, "")
    if not challenge:
        return Redirect(HERE, status_code=303)
    form = await forms.read(request, CodeForm)
    await limits.require(f"assmat-code:{challenge}", now, at_most=TRIES, per=HOUR)
    code = re.sub(r"\D", "", form.told.code)
    try:
        link = await activating.prove(challenge, code, now)
    except Refused as refusal:
        if refusal.reason != "code_wrong":
            raise
        wrong = form.wrong(code="Ce code ne convient pas. Recopiez les six chiffres du SMS.")
        return Page("assmat/activation_code.html", CodePage(wrong), status=422)
    seen.session.drop(KEY)
    return Redirect(urlsplit(link).path, status_code=303)


REFUSALS = {
    "email_taken_by_family": "Cette adresse sert à un compte famille : prenez-en une autre.",
    "account_disabled": "Le compte de cette adresse est fermé : prenez-en une autre.",
}


class ReadForm(msgspec.Struct, frozen=True):
    """Whether what the register says is right, and what is not."""

    is_right: str = ""
    wrong: Annotated[str, msgspec.Meta(max_length=2000)] = ""


@dataclass(frozen=True)
class ReadPage:
    """What the register says of her, before her account is open."""

    told: list[tuple[str, str]]
    secret: str
    form: Bound[ReadForm] | None = None
    refused: str = ""
    answers: tuple[tuple[str, str], ...] = (
        ("oui", "Tout est juste"),
        ("non", "Quelque chose est faux"),
    )


def _dead() -> Page:
    return Page("assmat/activation_read.html", ReadPage([], ""), status=410)


async def _read_page(secret: str, now: datetime, **more: Any) -> Page:
    """Return the page; a link that is dead says how to have another."""
    try:
        row = await activating.read_back(secret, now)
    except Refused:
        return _dead()
    page = ReadPage(told_of(await directory.one(row.id)), secret, **more)
    return Page("assmat/activation_read.html", page, status=422 if more else 200)


@get(
    f"{activating.READ_BACK}/{{secret:str}}",
    name="assmat.activation_read",
    told="Relire ce que le registre dit de soi",
    guards=[guards.public],
)
async def reading(secret: FromPath[str], now: NamedDependency[datetime]) -> Page:
    """Show what the register says, to whoever proved an address or a telephone."""
    return await _read_page(secret, now)


@post(
    f"{activating.READ_BACK}/{{secret:str}}",
    name="assmat.activation_confirm",
    told="Confirmer ce que dit le registre, ou dire ce qui est faux",
    guards=[guards.public],
)
async def confirm(
    secret: FromPath[str],
    request: Request[Any, Any, Any],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Open the account; what is false goes to the PMI, and waits for nobody."""
    form = await forms.read(request, ReadForm)
    told, wrong = form.told, {}
    if told.is_right not in ("oui", "non"):
        wrong["is_right"] = "Dites si tout est juste."
    if told.is_right == "non" and not told.wrong.strip() and "wrong" not in form.errors:
        wrong["wrong"] = "Écrivez ce qui est faux : la PMI le lit."
    if form.errors or wrong:
        return await _read_page(secret, now, form=form.wrong(**wrong))
    words = told.wrong.strip() if told.is_right == "non" else ""
    try:
        link = await activating.confirm(secret, words, now)
    except Refused as refusal:
        if refusal.reason in REFUSALS:
            return await _read_page(secret, now, refused=REFUSALS[refusal.reason])
        if refusal.reason != "link_dead":
            raise
        return _dead()
    return Redirect(link, status_code=303)


ROUTES = [ask, send, code_page, prove, reading, confirm]
