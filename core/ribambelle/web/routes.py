"""The core's own pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from ribambelle.api import requests as api_requests
from ribambelle.api import routes as api
from ribambelle.identity import second_factor
from ribambelle.messages import outbox
from ribambelle.messages.tables import Message
from ribambelle.privacy import register
from ribambelle.tenants import Tenant
from ribambelle.web import (
    account,
    activation,
    activation_desk,
    agenda,
    api_desk,
    appointments,
    campaign_report,
    campaign_sending,
    campaigns,
    childcare_costs,
    crawling,
    data_desk,
    family_import,
    fleet_desk,
    guards,
    home,
    inbox,
    inbox_desk,
    information,
    information_desk,
    invitation,
    languages,
    message_choices,
    message_texts,
    my_data,
    new_email,
    newcomer,
    papers,
    papers_desk,
    schools,
    shares,
    sign_in,
    sms_receipts,
    state_identity,
    state_known,
    takeovers,
    team,
    ways_in,
    webhooks_desk,
)
from ribambelle.web.families import (
    adults,
    confirming,
    custody,
    duplicates,
    joining,
    letter,
    mine,
    office,
)
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit

FOR_EVER = "public, max-age=31536000, immutable"
AN_HOUR = "public, max-age=3600"


@dataclass(frozen=True)
class Held:
    """One thing the portal keeps: why, on what ground, for whom, until when."""

    purpose: str
    basis: str
    recipients: str
    kept: str


@dataclass(frozen=True)
class DataPage:
    """What personal data the commune's portal holds."""

    held: list[Held]


@dataclass(frozen=True)
class GalleryPage:
    """Which space the components are shown in."""

    office: bool


@dataclass(frozen=True)
class MailboxPage:
    """The messages of a demonstration."""

    messages: list[Message]
    code: str


@get("/static/{name:path}", name="asset", guards=[guards.public])
async def asset(
    request: Request[Any, Any, Any],
    name: FromPath[str],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Response[bytes]:
    """Send a style sheet, a script or a picture."""
    found = seen.assets.at(tenant, request.url.path)
    if found is None:
        raise NotFoundException
    kept = FOR_EVER if request.url.path == found.href else AN_HOUR
    headers = {"cache-control": kept, "vary": "accept-encoding"}
    zipped = "gzip" in request.headers.get("accept-encoding", "")
    if zipped:
        headers["content-encoding"] = "gzip"
    body = found.zipped if zipped else found.body
    return Response(body, media_type=found.media_type, headers=headers)


@get("/_composants", name="gallery", guards=[guards.public])
async def gallery(espace: FromQuery[str] = "") -> Page:
    """Show every component in every state, in the commune's colours; `bureau` for the staff's."""
    return Page("components_gallery.html", GalleryPage(office=espace == "bureau"))


@get(
    "/_boite",
    name="mailbox",
    told="Lire les messages d’une démonstration",
    guards=[guards.demonstration],
)
async def mailbox(now: NamedDependency[datetime]) -> Page:
    """Show what a demonstration, or a space to learn in, would have sent."""
    return Page("mailbox.html", MailboxPage(await outbox.received(), second_factor.shown(now)))


@get("/accessibilite", name="accessibility", guards=[guards.public], indexed=True)
async def accessibility() -> Page:
    """The declaration of accessibility."""
    return Page("legal/accessibility.html")


@get("/donnees", name="data", guards=[guards.public], indexed=True)
async def data(tenant: NamedDependency[Tenant]) -> Page:
    """What we hold of people, why, and for how long."""
    known, said = await register.rules(), tenant.settings.privacy
    held = [
        Held(rule.purpose, rule.basis, rule.recipients, register.kept(rule, known, said))
        for rule in known
    ]
    return Page("legal/data.html", DataPage(held))


@get("/mentions", name="legal", guards=[guards.public], indexed=True)
async def legal() -> Page:
    """Who publishes this portal."""
    return Page("legal/mentions.html")


ROUTES = [
    home.home,
    home.office,
    home.search,
    asset,
    gallery,
    mailbox,
    accessibility,
    data,
    legal,
    *crawling.ROUTES,
    *sign_in.ROUTES,
    *invitation.ROUTES,
    *languages.ROUTES,
    *activation.ROUTES,
    *account.ROUTES,
    *new_email.ROUTES,
    *newcomer.ROUTES,
    *state_identity.ROUTES,
    *ways_in.ROUTES,
    *my_data.ROUTES,
    *state_known.ROUTES,
    *data_desk.ROUTES,
    *fleet_desk.ROUTES,
    *agenda.ROUTES,
    *papers.ROUTES,
    *papers_desk.ROUTES,
    *mine.ROUTES,
    *adults.ROUTES,
    *joining.ROUTES,
    *custody.ROUTES,
    *confirming.ROUTES,
    *office.ROUTES,
    *duplicates.ROUTES,
    *letter.ROUTES,
    *team.ROUTES,
    *schools.ROUTES,
    *shares.ROUTES,
    *activation_desk.ROUTES,
    *family_import.ROUTES,
    *takeovers.ROUTES,
    *campaigns.ROUTES,
    *campaign_sending.ROUTES,
    *campaign_report.ROUTES,
    *appointments.ROUTES,
    *message_texts.ROUTES,
    *message_choices.ROUTES,
    *inbox.ROUTES,
    *inbox_desk.ROUTES,
    *information.ROUTES,
    *information_desk.ROUTES,
    *childcare_costs.ROUTES,
    *api_desk.ROUTES,
    *webhooks_desk.ROUTES,
    *sms_receipts.ROUTES,
    *api.ROUTES,
    *api_requests.ROUTES,
]
