"""A family and its files: where each stands, what is left to do, and the proof of what was asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import workflow
from ribambelle.documents import pdf
from ribambelle.identity import Person, limits
from ribambelle.tenants import Tenant
from ribambelle.web import formats, guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import State
from ribambelle.workflow.declaration import timeline
from ribambelle_creche.domain import receipt
from ribambelle_creche.domain.evidence import KINDS
from ribambelle_creche.filing import PURPOSE
from ribambelle_creche.queries import applications
from ribambelle_creche.queries.applications import Mine
from ribambelle_creche.tables import Evidence, Receipt
from ribambelle_creche.workflow import WORKFLOW

PAPER = Path(__file__).parent.parent / "templates" / "creche" / "pdf" / "receipt.typ"


@dataclass(frozen=True)
class MinePage:
    """The files of a family."""

    files: list[tuple[dict[str, Any], State]]


@get("/creche/demandes", name="creche.mine", guards=[guards.family])
async def mine(person: NamedDependency[Person]) -> Page:
    """Show the files of a family."""
    rows = await applications.of_account(person.account)
    return Page(
        "creche/family/mine.html", MinePage([(row, WORKFLOW.state(row["state"])) for row in rows])
    )


@dataclass(frozen=True)
class FollowPage:
    """One file, where it stands, and what happened to it."""

    file: Mine
    state: State
    steps: list[tuple[str, str, str]]
    wishes: list[dict[str, Any]]
    missing: list[str]
    reason: str


@get("/creche/demandes/{number:int}", name="creche.follow", guards=[guards.signed_in])
async def follow(
    number: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Response[Any]:
    """Show where a file stands; a draft goes on with its steps."""
    file = await applications.mine(person, number)
    if file.is_draft:
        return Redirect(f"/creche/demandes/{number}/etapes", status_code=303)
    past = timeline(await workflow.history(file.application.demande.id))
    told = [
        (
            step.label,
            f"le {formats.jour_du_mois(step.at.astimezone(tenant.zone).date(), True)}",
            "fait",
        )
        for step in past
    ]
    state = WORKFLOW.state(file.state)
    unseen = await Evidence.select(Evidence.kind).where(
        (Evidence.application == number) & Evidence.seen_at.is_null()
    )
    page = FollowPage(
        file=file,
        state=state,
        steps=[*told, (state.next, "", "ici")],
        wishes=await applications.wishes(number),
        missing=[KINDS.get(row["kind"], row["kind"]) for row in unseen] if file.lives else [],
        reason=next((s.reason for s in reversed(past) if s.reason), ""),
    )
    return Page("creche/family/follow.html", page)


@dataclass(frozen=True)
class ReceiptPage:
    """The proof of what was asked, and when."""

    file: Mine
    told: dict[str, Any]
    at: datetime
    code: str


async def receipt_of(number: int, person: Person, tenant: Tenant) -> ReceiptPage:
    """Read the last receipt of a file this person may see."""
    file = await applications.mine(person, number)
    last = await applications.last_receipt(number)
    told: dict[str, Any] = msgspec.json.decode(last.content)
    return ReceiptPage(file, told, last.at.astimezone(tenant.zone), receipt.code(last.code))


@get("/creche/demandes/{number:int}/recu", name="creche.receipt", guards=[guards.signed_in])
async def receipt_page(
    number: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Page:
    """Show the receipt: every wish, in order, and the code that proves it."""
    return Page("creche/family/receipt.html", await receipt_of(number, person, tenant))


@get("/creche/demandes/{number:int}/recu-pdf", name="creche.receipt_pdf", guards=[guards.signed_in])
async def receipt_pdf(
    number: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Response[bytes]:
    """Send the same words on paper."""
    page = await receipt_of(number, person, tenant)
    told, others = page.told, []
    if told["accepts_any"]:
        others.append("Une autre crèche de la commune conviendrait aussi.")
    if told["accepts_childminder"]:
        others.append("Une assistante maternelle conviendrait aussi.")
    data = {
        "title": f"Demande de place en crèche {told['number']}",
        "commune": tenant.settings.name,
        "number": told["number"],
        "sent_at": formats.moment(page.at),
        "child": told["child"],
        "start": _day(told["start_on"]),
        "week": told["week"],
        "fallbacks": told["fallbacks"],
        "wishes": [wish["name"] for wish in told["wishes"]],
        "others": others,
        "code": page.code,
        "verify_at": tenant.url("/creche/recu"),
    }
    headers = {"content-disposition": f'attachment; filename="recu-{told["number"]}.pdf"'}
    return Response(await pdf.render(PAPER, data), media_type="application/pdf", headers=headers)


def _day(text: str | None) -> str:
    """Return a day of a receipt in words.

    >>> _day("2027-01-04")
    '04/01/2027'
    """
    year, month, day = (text or "--").split("-")[:3]
    return f"{day}/{month}/{year}" if year else "non précisée"


@dataclass(frozen=True)
class VerifyPage:
    """A receipt somebody holds, and whether it is ours."""

    number: str
    code: str
    found: Receipt | None
    told: dict[str, Any]


@get("/creche/recu", name="creche.verify", guards=[guards.public])
async def verify(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page:
    """Tell whether a receipt is genuine, to whoever holds its number and its code."""
    number = str(request.query_params.get("numero", "")).strip().upper()[:12]
    typed = str(request.query_params.get("code", "")).strip().upper()[:20]
    if not (number and typed):
        return Page("creche/family/verify.html", VerifyPage(number, typed, None, {}))
    await limits.require(f"receipt:{number}", now, at_most=20, per=timedelta(minutes=15))
    for one in await applications.receipts_of(number):
        genuine = tenant.sign(PURPOSE, one.content) == one.code
        if genuine and receipt.code(one.code).replace("-", "") == typed.replace("-", ""):
            told: dict[str, Any] = msgspec.json.decode(one.content)
            return Page("creche/family/verify.html", VerifyPage(number, typed, one, told))
    return Page("creche/family/verify.html", VerifyPage(number, typed, None, {}))


@get(
    "/creche/demandes/{number:int}/retirer", name="creche.withdraw_page", guards=[guards.signed_in]
)
async def withdraw_page(number: FromPath[int], person: NamedDependency[Person]) -> Page:
    """Say what withdrawing means, before it is done."""
    return Page("creche/family/withdraw.html", await applications.mine(person, number))


@post("/creche/demandes/{number:int}/retirer", name="creche.withdraw", guards=[guards.signed_in])
async def withdraw(
    number: FromPath[int], person: NamedDependency[Person], seen: NamedDependency[Visit]
) -> Redirect:
    """Withdraw a file."""
    file = await applications.mine(person, number)
    await workflow.fire(
        file.application.demande.id,
        "withdraw",
        side="family" if person.is_family else "office",
        account=person.account,
    )
    seen.tell("ok", f"Votre demande {file.application.number} est retirée.")
    return Redirect(f"/creche/demandes/{number}", status_code=303)


ROUTES = [mine, follow, receipt_page, receipt_pdf, verify, withdraw_page, withdraw]
