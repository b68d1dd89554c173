"""What became of a campaign: to whom it went, how far it is, and the list to take away."""

from dataclasses import dataclass

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle.campaigns import drafts, reach, recipients, sending, text
from ribambelle.campaigns.drafts import DRAFT, SENDING, STATES
from ribambelle.campaigns.recipients import Aimed
from ribambelle.campaigns.sending import Line, Progress
from ribambelle.campaigns.tables import Campaign
from ribambelle.identity import Person
from ribambelle.identity.tables import Account
from ribambelle.lists import CSV, as_csv
from ribambelle.web import formats, guards
from ribambelle.web.page import Page
from ribambelle.workflow import journal

DESK = "/bureau/campagnes"
HEADINGS = ("Nom", "Téléphone", "Comment", "État", "Pourquoi")
SHAPES = {
    "draft": ("vide", ""),
    "sending": ("moitie", "info"),
    "sent": ("coche", "ok"),
    "stopped": ("barres", "alerte"),
}


async def people_of(campaign: Campaign, framed: text.Framed) -> Aimed:
    keys = drafts.groups_of(campaign)
    return await recipients.aimed(keys, text.frame(), is_short=framed.is_short)


def ways_of(counts: dict[str, int]) -> tuple[tuple[str, str, str], ...]:
    return tuple((reach.WAYS[way], formats.nombre(number), "") for way, number in counts.items())


@dataclass(frozen=True)
class ReportPage:
    """A campaign that leaves or has left."""

    campaign: Campaign
    progress: Progress
    lines: list[Line]
    by: str
    states: dict[str, str]
    shapes: dict[str, tuple[str, str]]
    paragraphs: list[str]

    @property
    def figures(self) -> list[tuple[str, str, str]]:
        """How far it is."""
        told = [
            ("Envoyés", self.progress.sent),
            ("À envoyer", self.progress.to_send),
            ("Échecs", self.progress.failed),
            ("À prévenir autrement", self.campaign.unreached),
        ]
        if self.progress.not_received:
            told.insert(3, ("SMS non reçus", self.progress.not_received))
        if self.progress.kept_back:
            told.insert(2, ("Non envoyés", self.progress.kept_back))
        return [(label, formats.nombre(number), "") for label, number in told]

    @property
    def ways(self) -> tuple[tuple[str, str, str], ...]:
        """How they were written to."""
        return ways_of(self.progress.ways)

    @property
    def is_leaving(self) -> bool:
        """Tell whether it may still be stopped."""
        return bool(self.campaign.state == SENDING)


async def report(campaign: Campaign) -> Page:
    author = await Account.objects().get(Account.id == (campaign.sent_by or 0))
    page = ReportPage(
        campaign,
        await sending.progress(campaign),
        await sending.lines(campaign),
        author.name if author and author.name else "Un agent",
        STATES,
        SHAPES,
        [part for part in campaign.body.split("\n\n") if part.strip()],
    )
    return Page("office/campaign_report.html", page)


@get(
    f"{DESK}/{{number:int}}/export",
    name="campaign.export",
    told="Télécharger les destinataires d’une campagne",
    guards=[guards.agent],
)
async def export(number: FromPath[int], person: NamedDependency[Person]) -> Response[bytes]:
    """Send the people of a campaign as a spreadsheet; whoever takes it is written in the journal."""
    campaign = await drafts.one(number)
    rows = await _rows(campaign)
    await journal.record(
        "campaign.exported",
        f"campaign:{number}",
        account=person.account,
        side="office",
        read_only=True,
        rows=len(rows),
    )
    headers = {"content-disposition": f'attachment; filename="campagne-{number}.csv"'}
    return Response(as_csv(HEADINGS, rows), media_type=CSV, headers=headers)


async def _rows(campaign: Campaign) -> list[tuple[str, str, str, str, str]]:
    if campaign.state != DRAFT:
        return [
            (one.name, one.phone, reach.WAYS[one.channel], one.told, one.why)
            for one in await sending.lines(campaign)
        ]
    aimed = await people_of(campaign, await text.framed(campaign.subject, campaign.body))
    return [
        (one.name, one.phone, reach.WAYS[one.channel], STATES[DRAFT], "")
        for one in aimed.recipients
    ]


ROUTES = [export]
