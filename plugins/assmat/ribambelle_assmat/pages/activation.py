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
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle.identity import accounts, limits
from ribambelle.jobs import later
from ribambelle.messages.phones import mobile as mobile_of
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.sign_in import come_from
from ribambelle.web.visit import Visit
from ribambelle_assmat import activating
from ribambelle_assmat.activating import Wanted

HERE = "/assmat/activation"
HOUR = timedelta(hours=1)
KEY = "assmat.activation"
TRIES = 5
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
    if not number:
        wrong["accreditation"] = "Écrivez le numéro de votre agrément."
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
    key = f"assmat-activation:{wanted.number}"
    await limits.require(key, now, at_most=5, per=HOUR)
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


ROUTES = [ask, send, code_page, prove]
