"""Campaigns: one text to groups of families, seen before it leaves, followed until it has."""

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
from ribambelle.campaigns import drafts, reach, text
from ribambelle.campaigns.drafts import DRAFT, STATES, Draft
from ribambelle.campaigns.recipients import Aimed
from ribambelle.campaigns.tables import Campaign
from ribambelle.errors import Refused
from ribambelle.families import FamilyGroup, groups
from ribambelle.forms import Bound
from ribambelle.identity import Person, limits
from ribambelle.messages import catalogue, outbox, wording
from ribambelle.messages.types import Placeholder
from ribambelle.messages.wording import LONGEST_BODY, Wording
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.campaign_report import DESK, SHAPES, people_of, report, ways_of
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit

SHOWN, TESTS, HOUR = 100, 20, timedelta(hours=1)
MOVED = "Quelqu’un a changé ou envoyé cette campagne pendant ce temps. La voici."


@dataclass(frozen=True)
class CampaignsPage:
    """The campaigns, the latest first."""

    campaigns: list[Campaign]
    states: dict[str, str]
    shapes: dict[str, tuple[str, str]]


@get(DESK, name="campaigns", told="Voir les campagnes", guards=[guards.agent])
async def every() -> Page:
    """Show what was written to groups of families, and what is being written."""
    page = CampaignsPage(await drafts.every(), STATES, SHAPES)
    return Page("office/campaigns.html", page)


class CampaignForm(msgspec.Struct, frozen=True):
    """A text, the groups it is for, the version it was typed over, and what to do with it."""

    groups: list[str] = []
    subject: str = ""
    body: str = ""
    version: int = 0
    act: str = "save"

    @property
    def draft(self) -> Draft:
        """What is kept, its lines as we keep them."""
        body = self.body.replace("\r\n", "\n").strip()
        return Draft(tuple(self.groups), " ".join(self.subject.split()), body)


@dataclass(frozen=True)
class DraftPage:
    """A text to write, the groups one may choose, and what they come to."""

    campaign: Campaign | None
    version: int
    groups: list[FamilyGroup]
    kept: list[str]
    placeholders: tuple[Placeholder, ...]
    samples: dict[str, str]
    form: Bound[CampaignForm] | None = None
    shown: Wording | None = None
    paragraphs: tuple[Markup, ...] = ()
    aimed: Aimed | None = None
    ways: tuple[tuple[str, str, str], ...] = ()
    is_rival: bool = False

    @property
    def chosen(self) -> set[str]:
        """The groups ticked: as they were typed, else as they are kept."""
        told = self.form.raw.get("groups", ()) if self.form else self.kept
        return {told} if isinstance(told, str) else set(told)

    @property
    def areas(self) -> dict[str, list[FamilyGroup]]:
        """The groups, gathered by kind."""
        found: dict[str, list[FamilyGroup]] = {}
        for one in self.groups:
            found.setdefault(one.area, []).append(one)
        return found

    @property
    def href(self) -> str:
        """Where the form leads."""
        return f"{DESK}/{self.campaign.id}" if self.campaign else DESK


async def _draft_page(
    tenant: Tenant,
    campaign: Campaign | None = None,
    form: Bound[CampaignForm] | None = None,
    *,
    is_rival: bool = False,
) -> Page:
    typed = "" if form is None or is_rival else str(form.raw.get("version") or "")
    page = DraftPage(
        campaign=campaign,
        version=int(typed) if typed.isdecimal() else campaign.version if campaign else 0,
        groups=await groups.groups(),
        kept=drafts.groups_of(campaign) if campaign else [],
        placeholders=text.known(),
        samples={**catalogue.of_commune(tenant), **{one.name: one.sample for one in text.OWN}},
        form=form,
        is_rival=is_rival,
        **await _seen(tenant, campaign),
    )
    status = 409 if is_rival else 422 if form and form.errors else 200
    return Page("office/campaign_draft.html", page, status=status)


async def _seen(tenant: Tenant, campaign: Campaign | None) -> dict[str, Any]:
    """Return how a kept draft reads, and whom it reaches."""
    if campaign is None:
        return {}
    framed = await text.framed(campaign.subject, campaign.body)
    shown = framed.to(text.OWN[0].sample)
    aimed = await people_of(campaign, framed)
    return {
        "shown": shown,
        "paragraphs": tuple(wording.in_html(shown.body, tenant.url("/"))),
        "aimed": aimed,
        "ways": ways_of(reach.counted(one.channel for one in aimed.recipients)),
    }


@get(f"{DESK}/nouvelle", name="campaign.new", told="Écrire une campagne", guards=[guards.agent])
async def new(tenant: NamedDependency[Tenant]) -> Page:
    """Ask what to write, and to which families."""
    return await _draft_page(tenant)


@post(DESK, name="campaign.write", told="Garder une nouvelle campagne", guards=[guards.agent])
async def write(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep a draft; nothing leaves before it has been looked at and confirmed."""
    form = await _checked(await forms.read(request, CampaignForm))
    if form.struct is None:
        return await _draft_page(tenant, form=form)
    number = await drafts.write(form.struct.draft, person.account, now)
    seen.tell("ok", "Votre brouillon est enregistré. Relisez-le, puis préparez l’envoi.")
    return Redirect(f"{DESK}/{number}", status_code=303)


@get(
    f"{DESK}/{{number:int}}",
    name="campaign",
    told="Voir une campagne et ses destinataires",
    guards=[guards.agent],
)
async def one(number: FromPath[int], tenant: NamedDependency[Tenant]) -> Page:
    """Show a draft to be changed, or how far a campaign is."""
    campaign = await drafts.one(number)
    if campaign.state == DRAFT:
        return await _draft_page(tenant, campaign)
    return await report(campaign)


@post(
    f"{DESK}/{{number:int}}",
    name="campaign.change",
    told="Changer, essayer ou supprimer un brouillon de campagne",
    guards=[guards.agent],
)
async def change(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep a draft as it was typed, send it to me, or remove it."""
    campaign, form = await drafts.one(number), await forms.read(request, CampaignForm)
    try:
        if form.struct is not None and form.struct.act == "drop":
            await drafts.give_up(number, person.account)
            seen.tell("ok", "Le brouillon est supprimé.")
            return Redirect(DESK, status_code=303)
        form = await _checked(form)
        if form.struct is None:
            return await _draft_page(tenant, campaign, form)
        await drafts.change(number, form.struct.version, form.struct.draft, person.account)
    except Refused as refusal:
        return await _moved(refusal, await drafts.one(number), form, tenant, seen)
    if form.struct.act == "test":
        await _essay(form.struct.draft, person, now)
        seen.tell("ok", f"Un essai part vers {person.email}. Aucune famille ne l’a reçu.")
    else:
        seen.tell("ok", "Votre brouillon est enregistré.")
    return Redirect(f"{DESK}/{number}", status_code=303)


async def _moved(
    refusal: Refused,
    campaign: Campaign,
    form: Bound[CampaignForm],
    tenant: Tenant,
    seen: Visit,
) -> Response[Any]:
    """Show what somebody quicker did: their draft beside what was typed, or the sending."""
    if refusal.reason != "campaign_moved":
        raise refusal
    if campaign.state == DRAFT:
        return await _draft_page(tenant, campaign, form, is_rival=True)
    seen.tell("alerte", MOVED)
    return Redirect(f"{DESK}/{campaign.id}", status_code=303)


async def _essay(draft: Draft, person: Person, now: datetime) -> None:
    await limits.require(f"campaign-test:{person.account}", now, at_most=TESTS, per=HOUR)
    told = (await text.framed(draft.subject, draft.body)).to(person.name.split(" ")[0])
    essay = Wording(f"[Essai] {told.subject}", told.body)
    await outbox.put(text.frame().path, person.email, essay, account=person.account)


async def _checked(form: Bound[CampaignForm]) -> Bound[CampaignForm]:
    """Return the form with a sentence beside what could not be sent."""
    if form.struct is None:
        return form
    draft = form.struct.draft
    if not set(draft.groups) & {one.key for one in await groups.groups()}:
        form = form.wrong(groups="Choisissez au moins un groupe de familles.")
    for field, words, longest in (
        ("subject", draft.subject, text.LONGEST_SUBJECT),
        ("body", draft.body, LONGEST_BODY),
    ):
        if wrong := _wrong(words, longest):
            form = form.wrong(**{field: wrong})
    return form


def _wrong(words: str, longest: int) -> str:
    """Return what to put right in one text; nothing when it may be sent."""
    if not words:
        return "Écrivez un texte : la famille ne lirait rien."
    if len(words) > longest:
        return f"C’est trop long : {longest} caractères au plus."
    try:
        wording.require(words, {one.name for one in text.known()})
    except Refused as refusal:
        known = ", ".join(f"{{{one.name}}}" for one in text.known())
        return SENTENCES[refusal.reason].format(name=refusal.facts.get("name", ""), known=known)
    return ""


SENTENCES = {
    "placeholder_unknown": "Le repère « {{{name}}} » n’existe pas ici. Choisissez parmi : {known}.",
    "brace_alone": "Une accolade est seule. Un repère s’écrit entre deux accolades : {known}.",
}


ROUTES = [every, new, write, one, change]
