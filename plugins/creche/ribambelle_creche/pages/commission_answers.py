"""The town hall decides, prints the letters, follows the answers, calls the next in rank."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from ribambelle.errors import Refused
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import formats, guards
from ribambelle.web.page import Page
from ribambelle.web.printed import sent
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal
from ribambelle_creche import deciding, letters, offering
from ribambelle_creche.deciding import Decided
from ribambelle_creche.domain import week
from ribambelle_creche.domain.commission import STATES
from ribambelle_creche.domain.offers import OUTCOMES, stands
from ribambelle_creche.queries import (
    applications,
    calls,
    commissions,
    decisions,
    facilities,
    offers,
    proposals,
)
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Call, Commission, Decision, Offer, Proposal

COMMISSIONS = "/bureau/creche/commissions"
SHAPES = {
    "live": ("vide", "info"),
    "accepted": ("coche", "ok"),
    **dict.fromkeys(("declined", "lapsed", "withdrawn"), ("croix", "")),
}
VIEWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "": ("Toutes", tuple(SHAPES)),
    "attendues": ("Réponses attendues", ("live",)),
    "acceptees": ("Acceptées", ("accepted",)),
    "closes": ("Sans suite", ("declined", "lapsed", "withdrawn")),
}
A_PAGE, MOST_PAGES = 30, 10_000


@dataclass(frozen=True)
class AnswersPage:
    """What a commission answers: ready to be decided, or decided, with what families said."""

    row: Commission
    outcomes: Counter[str]
    offers: list[Offer]
    called: list[tuple[str, str]]
    """Whom freed places would go to: the number of a file, and the place."""
    calls: list[Call]
    """The times freed places went to the next in rank."""
    is_automatic: bool
    kept: Proposal | None = None
    wrong: str = ""
    view: str = ""
    """A code of VIEWS: which offers are listed."""
    page: int = 0
    shapes: dict[str, tuple[str, str]] = field(default_factory=lambda: SHAPES)

    @property
    def state(self) -> str:
        """Where the commission stands, in words."""
        return STATES.get(self.row.state, self.row.state)

    @property
    def is_decided(self) -> bool:
        """Tell whether families were answered."""
        return self.row.state in ("decided", "ended")

    @property
    def figures(self) -> list[tuple[str, int, str]]:
        """How many files by answer, then how many offers by state."""
        states = Counter(one.state for one in self.offers)
        return [
            *((label, self.outcomes[code], "") for code, label in OUTCOMES.items()),
            ("Réponses attendues", states["live"], ""),
            ("Places acceptées", states["accepted"], ""),
        ]

    @property
    def tabs(self) -> list[tuple[str, str, int, bool]]:
        """The views: what each is called, its address, how many offers, whether it is this one."""
        return [
            (label, self._address(code, 0), len(self._seen_in(code)), code == self.view)
            for code, (label, _) in VIEWS.items()
        ]

    @property
    def listed(self) -> list[Offer]:
        """The offers of this page of the view."""
        return self._seen_in(self.view)[self.page * A_PAGE : (self.page + 1) * A_PAGE]

    @property
    def around(self) -> tuple[int, int, int, str | None, str | None]:
        """First and last rank shown, of how many, the addresses of the pages before and after."""
        total, first = len(self._seen_in(self.view)), self.page * A_PAGE
        before = self._address(self.view, self.page - 1) if self.page else None
        after = self._address(self.view, self.page + 1) if first + A_PAGE < total else None
        return first + 1, min(first + A_PAGE, total), total, before, after

    def _seen_in(self, view: str) -> list[Offer]:
        return [one for one in self.offers if one.state in VIEWS[view][1]]

    def _address(self, view: str, page: int) -> str:
        return f"?{urlencode({'vue': view, 'page': page})}#t-offres"

    @staticmethod
    def told(offer: Offer) -> str:
        """Say where an offer stands."""
        return stands(offer.state, offer.reason, is_agreed=offer.agreed_at is not None)

    @staticmethod
    def days(offer: Offer) -> str:
        """Return the days of a place."""
        return week.words(offer.slots)


async def answers_page(
    row: Commission,
    tenant: Tenant,
    now: datetime,
    wrong: str = "",
    status: int = 200,
    view: str = "",
    page: int = 0,
) -> Page:
    """Lay out what a commission answers, or what stops it from deciding."""
    if row.state == "closed" and not wrong:
        try:
            await deciding.ready(tenant, row)
        except Refused as refusal:
            wrong = sentence(refusal)
    names = {one.id: one.name for one in await facilities.every()}
    found = await offering.called(tenant, row, now)
    called = [
        (number, f"{names.get(int(one.facility), '')}, {week.words(one.slots)}")
        for number, rows in (found.offers if found else ())
        for one in rows
    ]
    told = AnswersPage(
        row=row,
        outcomes=Counter(one.outcome for one in await decisions.of_commission(row.id)),
        offers=await offers.of_commission(row.id),
        called=called,
        calls=await calls.every(row.id),
        is_automatic=tenant.of(Settings).rolling_offers,
        kept=await proposals.kept(row.id),
        wrong=wrong,
        view=view if view in VIEWS else "",
        page=max(0, min(page, MOST_PAGES)),
    )
    return Page("creche/office/commission_answers.html", told, status=status)


@get(
    f"{COMMISSIONS}/{{commission:int}}/reponses",
    name="creche.commission.answers",
    told="Voir les réponses d’une commission et celles des familles",
    guards=[guards.agent],
)
async def look(
    commission: FromPath[int],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
    vue: FromQuery[str] = "",
    page: FromQuery[int] = 0,
) -> Page:
    """Show what a commission answered, what families said since, and who is next."""
    return await answers_page(await commissions.one(commission), tenant, now, view=vue, page=page)


@post(
    f"{COMMISSIONS}/{{commission:int}}/decider",
    name="creche.commission.decide",
    told="Décider une commission : chaque famille reçoit sa réponse",
    guards=[guards.agent],
)
async def decide(
    request: Request[Any, Any, Any],
    commission: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Answer every file as the kept proposal says; nothing is written when it cannot be."""
    row = await commissions.one(commission)
    try:
        read = str((await request.form()).get("digest", ""))
        done = await deciding.decide(tenant, commission, person.account, now, digest=read)
    except Refused as refusal:
        return await answers_page(row, tenant, now, sentence(refusal), 422)
    seen.tell("ok", words(done))
    return Redirect(f"{COMMISSIONS}/{commission}/reponses", status_code=303)


@post(
    f"{COMMISSIONS}/{{commission:int}}/suivants",
    name="creche.commission.next",
    told="Proposer les places libérées aux suivants dans l’ordre",
    guards=[guards.agent],
)
async def call_next(
    commission: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Offer the freed places to the next in rank."""
    await commissions.one(commission)
    many = await offering.call_next(tenant, commission, person.account, now, "office")
    if many:
        seen.tell("ok", f"{formats.pluriel(many, 'place')} proposée{'s' * (many > 1)}.")
    else:
        seen.tell("info", "Aucune place libre ne convient à une demande qui attend.")
    return Redirect(f"{COMMISSIONS}/{commission}/reponses", status_code=303)


@post(
    f"{COMMISSIONS}/{{commission:int}}/lettres",
    name="creche.commission.letters",
    told="Imprimer les lettres d’une commission",
    guards=[guards.agent],
)
async def print_letters(
    request: Request[Any, Any, Any],
    commission: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Response[bytes] | Redirect:
    """Print the letters of a commission in one paper: all, or those of families without e-mail."""
    row = await commissions.one(commission)
    chosen = await decisions.of_commission(commission)
    if (await request.form()).get("pour") == "sans-adresse":
        chosen = [one for one in chosen if await _has_no_address(one)]
    if not chosen:
        seen.tell("info", "Aucune lettre à imprimer.")
        return Redirect(f"{COMMISSIONS}/{commission}/reponses", status_code=303)
    made = await letters.paper(tenant, row, chosen)
    await journal.record(
        "creche.letters_printed",
        f"creche.commission:{commission}",
        account=person.account,
        side="office",
        letters=len(chosen),
    )
    return sent(made, f"lettres-commission-{commission}")


async def _has_no_address(answer: Decision) -> bool:
    return await applications.reader(answer.application) is None


WRONG = {
    "commission_not_closed": "Cette commission n’est plus en préparation. Rien n’a changé.",
    "nothing_kept": "Retenez d’abord une proposition : c’est elle que la commission décide.",
    "pin_since": "Une décision a été épinglée ou levée après la proposition retenue. "
    "Refaites la proposition, puis retenez-la.",
    "proposal_changed": "Une autre proposition a été retenue depuis que vous avez ouvert cette page. "
    "Relisez-la, puis décidez.",
    "places_since": "Les places ont changé depuis la proposition retenue. "
    "Refaites la proposition, puis retenez-la.",
}


def sentence(refusal: Refused) -> str:
    """Return why a commission cannot decide yet, and what to do; others are raised again.

    >>> sentence(Refused("nothing_kept"))
    'Retenez d’abord une proposition : c’est elle que la commission décide.'
    """
    if refusal.reason not in WRONG:
        raise refusal
    return WRONG[refusal.reason]


def words(done: Decided) -> str:
    r"""Say what was decided.

    >>> words(Decided(offered=2, waiting=1)).replace("\u00a0", " ")
    'Commission décidée : 2 places proposées, 1 demande en attente. Les familles sont prévenues.'
    """
    waiting = done.waiting + done.refused
    places = f"{formats.pluriel(done.offered, 'place')} proposée{'s' * (done.offered > 1)}"
    files = f"{formats.pluriel(waiting, 'demande')} en attente"
    return f"Commission décidée : {places}, {files}. Les familles sont prévenues."


ROUTES = [look, decide, call_next, print_letters]
