"""What the treasury sends back of titres: dropped here, looked at, then counted."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle.forms.files import sent
from ribambelle.identity import Person, limits
from ribambelle.tenants import Tenant
from ribambelle.web.page import Page
from ribambelle.web.uploads import LONGEST_BODY
from ribambelle.web.visit import Visit
from ribambelle_paiement_tresor import treasury_files
from ribambelle_paiement_tresor.domain.accounts import KINDS
from ribambelle_paiement_tresor.domain.returns import ORIGINS
from ribambelle_paiement_tresor.domain.titres import STATES
from ribambelle_paiement_tresor.domain.words import euros
from ribambelle_paiement_tresor.pages.office_guards import reading, till
from ribambelle_paiement_tresor.pages.office_titres import DESK, titres_page
from ribambelle_paiement_tresor.pes.reading import LARGEST
from ribambelle_paiement_tresor.queries import treasury_files as queries
from ribambelle_paiement_tresor.tables import TreasuryFile
from ribambelle_paiement_tresor.titre_refusals import words
from ribambelle_paiement_tresor.treasury_files import Effects

FILES = f"{DESK}/retours"
AT_MOST, PER = 60, timedelta(hours=1)
NAMES = {"acquit": "Accusé de réception (PES ACQUIT)", "retour": "Retour du Trésor (PES Retour)"}
SHOWN = 200


class Summary(msgspec.Struct, frozen=True):
    """What a file changed when it was counted."""

    acks: int = 0
    moves: int = 0
    known: int = 0
    others: int = 0
    cents: dict[str, int] = {}
    unlike: tuple[str, ...] = ()


@dataclass(frozen=True)
class FilePage:
    """One file of the treasury: what it would change, or what it changed."""

    row: TreasuryFile
    found: Effects | None
    wrong: str
    summary: Summary
    may_change: bool
    shown: int = SHOWN
    names: dict[str, str] = field(default_factory=lambda: NAMES)
    kinds: dict[str, str] = field(default_factory=lambda: KINDS)
    origins: dict[str, str] = field(default_factory=lambda: ORIGINS)
    states: dict[str, str] = field(default_factory=lambda: STATES)

    @property
    def sums(self) -> list[tuple[str, str]]:
        """What was counted, by kind, in words."""
        counted = self.summary.cents.items()
        return [(KINDS[kind], euros(cents)) for kind, cents in counted if kind in KINDS]


@post(
    FILES,
    name="paiement.office.treasury_file_receive",
    told="Déposer un accusé ou un retour du Trésor, pour le relire",
    guards=[till],
    request_max_body_size=LONGEST_BODY,
)
async def receive(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
) -> Response[Any]:
    """Keep a file to be looked at: nothing is counted yet."""
    await limits.require(f"upload:{person.account}", tenant.now(), at_most=AT_MOST, per=PER)
    try:
        folder = treasury_files.folder(tenant)
        async with sent(request, folder, largest=LARGEST) as form:
            number = await treasury_files.receive(tenant, person.account, form.require_file())
    except Refused as refusal:
        wrong: Bound[Any] = Bound(None, {"file": words(refusal)}, {})
        return await titres_page(tenant, person, wrong_file=wrong)
    return Redirect(f"{FILES}/{number}", status_code=303)


@get(
    f"{FILES}/{{number:int}}",
    name="paiement.office.treasury_file",
    told="Relire ce qu’un fichier du Trésor change",
    guards=[reading],
)
async def one(
    number: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Page:
    """Show what a file would change before it counts; or what it changed."""
    row = await queries.one(number)
    found, wrong = None, ""
    if row.counted_at is None:
        try:
            found = await treasury_files.effects(tenant, row)
        except Refused as refusal:
            wrong = words(refusal)
    summary = msgspec.json.decode(row.summary, type=Summary)
    page = FilePage(row, found, wrong, summary, person.holds("regisseur", "admin"))
    return Page("paiement/office/treasury_file.html", page)


@post(
    f"{FILES}/{{number:int}}/compter",
    name="paiement.office.treasury_file_count",
    told="Compter ce que dit un fichier du Trésor",
    guards=[till],
)
async def count(
    number: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Count a file, once."""
    try:
        await treasury_files.count(tenant, person.account, number)
    except Refused as refusal:
        seen.tell("erreur", words(refusal))
        return Redirect(f"{FILES}/{number}", status_code=303)
    seen.tell("ok", "Compté : les titres et les comptes sont à jour.")
    return Redirect(f"{FILES}/{number}", status_code=303)


ROUTES = [receive, one, count]
