"""The proof of what was asked: on a page, on paper, and checked by whoever holds it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle.identity import Person, limits
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.workflow import State
from ribambelle_creche.domain import receipt
from ribambelle_creche.filing import PURPOSE
from ribambelle_creche.pages.filers import filer
from ribambelle_creche.pages.papers import Wanted, wanted
from ribambelle_creche.proof import Proof, opened, paper
from ribambelle_creche.queries import applications, commissions
from ribambelle_creche.queries.applications import Mine
from ribambelle_creche.queries.commissions import Next
from ribambelle_creche.tables import Receipt
from ribambelle_creche.workflow import WORKFLOW


@dataclass(frozen=True)
class ReceiptPage:
    """The proof of what was asked, and when."""

    file: Mine
    proof: Proof
    email: str
    wanted: list[Wanted]
    state: State
    commission: Next | None


async def receipt_of(number: int, person: Person, tenant: Tenant) -> ReceiptPage:
    """Return the last receipt of a file this person may see."""
    file = await applications.mine(person, number)
    last = await applications.last_receipt(number)
    reader = await applications.reader(file.application)
    return ReceiptPage(
        file=file,
        proof=opened(last, file.application, tenant),
        email=reader.email if reader else "",
        wanted=await wanted(file),
        state=WORKFLOW.state(file.state),
        commission=await commissions.next_one(
            tenant, file.dossier.entry.start_on if file.dossier.entry else None
        ),
    )


@get(
    "/creche/demandes/{number:int}/recu",
    name="creche.receipt",
    reads="creche.application:{number}",
    told="Lire le récépissé",
    guards=[filer],
)
async def receipt_page(
    number: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Page:
    """Show the receipt: the number first, then every wish, in order."""
    return Page("creche/family/receipt.html", await receipt_of(number, person, tenant))


@get(
    "/creche/demandes/{number:int}/recu-pdf",
    name="creche.receipt_pdf",
    reads="creche.application:{number}",
    told="Télécharger le récépissé",
    guards=[filer],
)
async def receipt_pdf(
    number: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Response[bytes]:
    """Send the same words on paper."""
    proof = (await receipt_of(number, person, tenant)).proof
    headers = {"content-disposition": f'attachment; filename="recu-{proof.number}.pdf"'}
    return Response(await paper(proof, tenant), media_type="application/pdf", headers=headers)


@dataclass(frozen=True)
class VerifyPage:
    """A receipt somebody holds, whether it is ours, and whether another followed it."""

    number: str
    code: str
    found: Receipt | None = None
    told: dict[str, Any] | None = None
    is_last: bool = True


@get("/creche/recu", name="creche.verify", guards=[guards.public])
async def verify(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page:
    """Tell whether a receipt is genuine, to whoever holds its number and its code."""
    number = str(request.query_params.get("numero", "")).strip().upper()[:12]
    typed = str(request.query_params.get("code", "")).strip().upper()[:20]
    page = VerifyPage(number, typed)
    if number and typed:
        await limits.require(f"receipt:{number}", now, at_most=20, per=timedelta(minutes=15))
        page = await verified(page, tenant)
    return Page("creche/family/verify.html", page)


async def verified(page: VerifyPage, tenant: Tenant) -> VerifyPage:
    """Look for the receipt that bears this code, and check that it says what was signed."""
    every = await applications.receipts_of(page.number)
    asked = receipt.bare(page.code)
    for one in every:
        genuine = tenant.sign(PURPOSE, one.content) == one.code
        if genuine and receipt.bare(receipt.code(one.code)) == asked:
            is_last = one.version == max(other.version for other in every)
            told = msgspec.json.decode(one.content)
            return VerifyPage(page.number, page.code, one, told, is_last)
    return page


ROUTES = [receipt_page, receipt_pdf, verify]
