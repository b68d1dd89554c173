"""The texts of messages: which leaves when, and how a commune says it in its own words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from ribambelle import forms
from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person, limits
from ribambelle.messages import catalogue, outbox, printing, sms, texts, wording
from ribambelle.messages.tables import MessageText
from ribambelle.messages.texts import Change
from ribambelle.messages.types import MessageTemplate, Placeholder
from ribambelle.messages.wording import LONGEST_BODY, LONGEST_SUBJECT, Wording
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.printed import sent
from ribambelle.web.visit import Visit

LONGEST_SMS = 600
"""Facts still between braces: their names may be longer than what they hold."""
HOUR = timedelta(hours=1)
TESTS = 20


@dataclass(frozen=True)
class TextsPage:
    """Every message, by area, and whether the commune wrote its own text."""

    areas: dict[str, list[MessageTemplate]]
    own: set[str]


@get("/bureau/modeles", name="texts", told="Voir les modèles de messages", guards=[guards.agent])
async def every() -> Page:
    """Show what the portal writes or prints, and when."""
    areas: dict[str, list[MessageTemplate]] = {}
    for one in (*catalogue.templates().values(), *catalogue.papers().values()):
        areas.setdefault(one.area, []).append(one)
    return Page("office/message_texts.html", TextsPage(areas, await texts.own_codes()))


class TextForm(msgspec.Struct, frozen=True):
    """A text as it was typed, the version it was typed over, and what to do with it."""

    version: int
    subject: str = ""
    body: str = ""
    sms: str = ""
    act: str = "preview"

    @property
    def told(self) -> Wording:
        """The text, its lines as we keep them."""
        body = self.body.replace("\r\n", "\n").strip()
        return Wording(" ".join(self.subject.split()), body, " ".join(self.sms.split()))


@dataclass(frozen=True)
class Shown:
    """A text with its examples, as a family reads it."""

    told: Wording
    paragraphs: list[Markup]


@dataclass(frozen=True)
class Rival:
    """The text somebody else kept while this one was being typed."""

    told: Wording
    last: Change | None


@dataclass(frozen=True)
class TextPage:
    """One text: what it says now, what it may say, who changed it."""

    template: MessageTemplate
    told: Wording
    version: int
    is_own: bool
    placeholders: tuple[Placeholder, ...]
    samples: dict[str, str]
    history: list[Change]
    shown: Shown | None = None
    rival: Rival | None = None
    form: Bound[TextForm] | None = None


async def _page(
    template: MessageTemplate,
    tenant: Tenant,
    form: Bound[TextForm] | None = None,
    shown: Shown | None = None,
    is_rival: bool = False,
) -> Page:
    row = await texts.row_of(template.code)
    own = texts.told(row) if row else None
    kept = own or catalogue.original(template, tenant)
    history = await texts.history(template.code)
    page = TextPage(
        template=template,
        told=kept,
        # the version that was looked at: a preview must not hide that somebody was quicker
        version=_version(row) if form is None or is_rival else int(form.raw.get("version") or 0),
        is_own=own is not None,
        placeholders=catalogue.known(template),
        samples=catalogue.samples(template, tenant),
        history=history,
        shown=shown,
        rival=Rival(kept, next(iter(history), None)) if is_rival else None,
        form=form,
    )
    status = 409 if is_rival else 422 if form and form.errors else 200
    return Page("office/message_text.html", page, status=status)


def _version(row: MessageText | None) -> int:
    return row.version if row else 0


@get(
    "/bureau/modeles/{model:str}",
    name="text",
    told="Voir un modèle de message",
    guards=[guards.agent],
)
async def one(model: FromPath[str], tenant: NamedDependency[Tenant]) -> Page:
    """Show one text, to be changed."""
    return await _page(catalogue.named(model), tenant)


@post(
    "/bureau/modeles/{model:str}",
    name="text.change",
    told="Changer un modèle de message",
    guards=[guards.agent],
)
async def change(
    model: FromPath[str],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Show a text with examples, send it to me, keep it, or come back to the original."""
    template, form = catalogue.named(model), await forms.read(request, TextForm)
    if form.struct is not None and form.struct.act == "restore":
        return await _kept(template, form, None, person, tenant, seen, now)
    form = _checked(template, form)
    if form.struct is None:
        return await _page(template, tenant, form)
    told = form.struct.told
    if form.struct.act == "save":
        # the original, saved as it is, goes on following the software's
        own = told if told != catalogue.original(template, tenant) else None
        return await _kept(template, form, own, person, tenant, seen, now)
    shown = _shown(template, told, tenant)
    if form.struct.act == "test" and template.is_paper:
        return sent(await printing.drawn(shown.told, printing.SAMPLE, person.name), "essai")
    if form.struct.act == "test":
        await limits.require(f"text-test:{person.account}", now, at_most=TESTS, per=HOUR)
        essay = Wording(f"[Essai] {shown.told.subject}", shown.told.body)
        await outbox.put(template.path, person.email, essay, account=person.account)
        seen.tell("ok", f"Un essai part vers {person.email}. Rien n’est encore enregistré.")
    return await _page(template, tenant, form, shown)


def _shown(template: MessageTemplate, told: Wording, tenant: Tenant) -> Shown:
    said = outbox.shown(template, told)
    return Shown(said, wording.in_html(said.body, catalogue.HOME, tenant.url("/")))


def _checked(template: MessageTemplate, form: Bound[TextForm]) -> Bound[TextForm]:
    """Return the form with a sentence beside each text that could not be sent."""
    if form.struct is None:
        return form
    told = form.struct.told
    known = ", ".join(f"{{{one.name}}}" for one in catalogue.known(template))
    required = [one for one in template.placeholders if one.required]
    asked = {
        "subject": (told.subject, LONGEST_SUBJECT, []),
        "body": (told.body, LONGEST_BODY, required),
    }
    if template.sms:
        asked["sms"] = (told.sms, LONGEST_SMS, _required_sms(template, required))
    for field, (text, longest, needed) in asked.items():
        if wrong := _wrong(text, longest, known, template, needed):
            form = form.wrong(**{field: wrong})
    if template.sms and not form.errors and not sms.fits(outbox.shown(template, told).sms):
        form = form.wrong(sms=f"Avec les repères remplis, un SMS a {sms.LONGEST} signes au plus.")
    return form


def _required_sms(template: MessageTemplate, required: list[Placeholder]) -> list[Placeholder]:
    held = wording.names(template.sms)
    return [one for one in required if one.name in held]


def _wrong(
    text: str,
    longest: int,
    known: str,
    template: MessageTemplate,
    required: list[Placeholder],
) -> str:
    """Return what to put right in one text; nothing when it may be sent."""
    if not text:
        return "Écrivez un texte : la famille ne lirait rien."
    if len(text) > longest:
        return f"C’est trop long : {longest} caractères au plus."
    names = {one.name for one in catalogue.known(template)}
    try:
        wording.require(text, names, [one.name for one in required])
    except Refused as refusal:
        label = next((p.label for p in required if p.name == refusal.facts.get("name")), "")
        told = SENTENCES[refusal.reason]
        return told.format(known=known, label=label, name=refusal.facts.get("name", ""))
    return ""


SENTENCES = {
    "placeholder_unknown": "Le repère « {{{name}}} » n’existe pas ici. Choisissez parmi : {known}.",
    "placeholder_missing": "Remettez le repère « {{{name}}} » ({label}) : "
    "sans lui, la famille ne pourrait rien faire de ce message.",
    "brace_alone": "Une accolade est seule. Un repère s’écrit entre deux accolades : {known}.",
}


async def _kept(
    template: MessageTemplate,
    form: Bound[TextForm],
    own: Wording | None,
    person: Person,
    tenant: Tenant,
    seen: Visit,
    now: datetime,
) -> Response[Any]:
    """Keep a text, or show the one of whoever was quicker beside it."""
    try:
        await texts.keep(template.code, form.value.version, own, person.account, now)
    except Refused as refusal:
        if refusal.reason != "text_moved":
            raise
        return await _page(template, tenant, form, is_rival=True)
    done = "Votre texte est enregistré" if own else "Le texte d’origine est de retour"
    seen.tell("ok", f"{done} : {template.title}. Les prochains messages le suivront.")
    return Redirect(f"/bureau/modeles/{template.code}", status_code=303)


ROUTES = [every, one, change]
