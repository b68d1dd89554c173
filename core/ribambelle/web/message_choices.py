"""My messages: how we write to a family, as it chooses."""

from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.database import transaction
from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person
from ribambelle.messages import choices, phones
from ribambelle.messages import post as write
from ribambelle.messages.types import MessageTemplate
from ribambelle.tenants import Tenant
from ribambelle.web import formats, guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit

PAGE = "/compte/messages"
WORDS = {
    choices.EMAIL: "Par e-mail",
    choices.SMS: "Par SMS",
    choices.PORTAL: "Sur le portail seulement",
}


class Chosen(msgspec.Struct, frozen=True):
    """The number for SMS; each message's channel is a field of its own."""

    phone: str = ""


@dataclass(frozen=True)
class ChoicesPage:
    """What may be chosen, and what was."""

    email: str
    phone: str
    has_sms: bool
    optional: list[tuple[MessageTemplate, list[tuple[str, str]], str]]
    form: Bound[Chosen] | None = None


async def _page(person: Person, tenant: Tenant, form: Bound[Chosen] | None = None) -> Page:
    kept = await choices.chosen(person.account)
    page = ChoicesPage(
        email=person.email,
        phone=await choices.phone_of(person.account),
        has_sms=tenant.sends_sms,
        optional=[
            (one, [(channel, WORDS[channel]) for channel in choices.channels(one)], kept[one.code])
            for one in choices.optional()
        ],
        form=form,
    )
    return Page("message_choices.html", page, status=422 if form else 200)


@get(
    PAGE,
    name="account.messages",
    told="Choisir comment recevoir ses messages",
    guards=[guards.in_person],
)
async def show(person: NamedDependency[Person], tenant: NamedDependency[Tenant]) -> Page:
    """Show how we write to this family."""
    return await _page(person, tenant)


@post(
    PAGE,
    name="account.choose",
    told="Enregistrer comment recevoir ses messages",
    guards=[guards.in_person],
)
async def choose(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Keep how a family wishes to be written to."""
    form = await forms.read(request, Chosen)
    wished = {one.code: str(form.raw.get(one.code, "")) for one in choices.optional()}
    for one in choices.optional():
        if wished[one.code] not in choices.channels(one):
            form = form.wrong(**{one.code: "Choisissez une des réponses proposées."})
    number = ""
    try:
        if choices.SMS in wished.values():
            number = phones.mobile(form.told.phone, tenant.settings.departement)
    except Refused:
        form = form.wrong(
            phone="Écrivez un numéro de mobile, comme 06\u00a012\u00a034\u00a056\u00a078."
        )
    if form.errors:
        return await _page(person, tenant, form)
    async with transaction():
        if await choices.keep(person.account, wished, number):
            # by e-mail, whatever was chosen: whoever did not ask finds out
            shown = formats.telephone(number) if number else ""
            await write("messages/sms_changed", person.email, account=person.account, number=shown)
    seen.tell("ok", "C’est noté : nous vous écrirons ainsi.")
    return Redirect(PAGE, status_code=303)


ROUTES = [show, choose]
