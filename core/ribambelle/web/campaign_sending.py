"""A campaign about to leave: how many it reaches, one button, and one to stop it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.campaigns import drafts, reach, sending, text
from ribambelle.campaigns.drafts import DRAFT
from ribambelle.campaigns.recipients import Aimed
from ribambelle.campaigns.tables import Campaign
from ribambelle.errors import Refused
from ribambelle.families import groups
from ribambelle.identity import Person
from ribambelle.messages.wording import Wording
from ribambelle.web import guards
from ribambelle.web.campaign_report import DESK, people_of, ways_of
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit


class Confirmed(msgspec.Struct, frozen=True):
    """The version that was looked at, and how many it was said to reach."""

    version: int
    reached: int


@dataclass(frozen=True)
class ConfirmPage:
    """What is about to leave, and to how many."""

    campaign: Campaign
    labels: list[str]
    aimed: Aimed
    ways: tuple[tuple[str, str, str], ...]
    shown: Wording
    has_moved: bool = False


async def _confirm_page(campaign: Campaign, *, has_moved: bool = False) -> Page:
    framed = await text.framed(campaign.subject, campaign.body)
    aimed = await people_of(campaign, framed)
    page = ConfirmPage(
        campaign,
        await _labels(campaign),
        aimed,
        ways_of(reach.counted(one.channel for one in aimed.recipients)),
        framed.to(text.OWN[0].sample),
        has_moved,
    )
    return Page("office/campaign_confirm.html", page, status=409 if has_moved else 200)


async def _labels(campaign: Campaign) -> list[str]:
    known = {one.key: one.label for one in await groups.groups()}
    return [known[key] for key in drafts.groups_of(campaign) if key in known]


@get(
    f"{DESK}/{{number:int}}/envoi",
    name="campaign.confirm",
    told="Relire une campagne avant son envoi",
    guards=[guards.agent],
)
async def confirm(number: FromPath[int]) -> Response[Any]:
    """Say how many will receive it, before anything leaves."""
    campaign = await drafts.one(number)
    if campaign.state != DRAFT:
        return Redirect(f"{DESK}/{number}", status_code=303)
    return await _confirm_page(campaign)


@post(
    f"{DESK}/{{number:int}}/envoi",
    name="campaign.send",
    told="Envoyer une campagne",
    guards=[guards.agent],
)
async def send(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Have a campaign leave, once, to as many as the page said."""
    campaign = await drafts.one(number)
    if campaign.state != DRAFT:
        return _already(number, seen)
    confirmed = (await forms.read(request, Confirmed)).struct
    aimed = await people_of(campaign, await text.framed(campaign.subject, campaign.body))
    if confirmed is None or (confirmed.version, confirmed.reached) != (
        campaign.version,
        aimed.reached,
    ):
        return await _confirm_page(campaign, has_moved=True)
    labels = ", ".join(await _labels(campaign))
    try:
        await sending.launch(campaign, confirmed.version, aimed, labels, person.account, now)
    except Refused:
        return _already(number, seen)
    seen.tell("ok", "L’envoi commence. Vous pouvez quitter cette page.")
    return Redirect(f"{DESK}/{number}", status_code=303)


def _already(number: int, seen: Visit) -> Redirect:
    seen.tell("info", "Cette campagne était déjà partie : rien n’est envoyé deux fois.")
    return Redirect(f"{DESK}/{number}", status_code=303)


@post(
    f"{DESK}/{{number:int}}/arret",
    name="campaign.stop",
    told="Arrêter l’envoi d’une campagne",
    guards=[guards.agent],
)
async def stop(
    number: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Stop what has not left."""
    await drafts.one(number)
    try:
        await sending.stop(number, person.account, now)
        seen.tell("ok", "L’envoi est arrêté. Ce qui était déjà parti est arrivé aux familles.")
    except Refused:
        seen.tell("info", "L’envoi était déjà fini : rien n’était à arrêter.")
    return Redirect(f"{DESK}/{number}", status_code=303)


ROUTES = [confirm, send, stop]
