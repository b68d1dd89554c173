"""One click in a message: the family still looks for a place, or no longer does. No password."""

import hmac
from dataclasses import dataclass
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import workflow
from ribambelle.errors import NotYours, Refused
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.workflow import State
from ribambelle_creche import renewing, withdrawing
from ribambelle_creche.domain.evidence import KINDS
from ribambelle_creche.domain.leaving import FOR
from ribambelle_creche.queries import applications, renewals
from ribambelle_creche.tables import Application
from ribambelle_creche.workflow import WORKFLOW

ANSWERS = ("oui", "non")


@dataclass(frozen=True)
class ConfirmPage:
    """One question to one family; `leaving` once it said that it no longer looks for a place."""

    file: Application
    state: State
    address: str
    leaving: bool = False
    again: tuple[str, ...] = ()
    """What the family has to show once more, in words."""
    goes: tuple[tuple[str, str], ...] = tuple(FOR.items())

    @property
    def is_asked(self) -> bool:
        """Tell whether the question still waits for its answer."""
        return self.state.code == "to_confirm"


async def asked(number: int, code: str, tenant: Tenant) -> Application:
    """Return the file a link was made for, or behave as if the page did not exist.

    Only the family was sent the code, so whoever holds it may answer, and nothing more.
    """
    file = await renewals.one(number)
    moment = await renewing.last_asked(file.demande.id)
    if moment is None or not hmac.compare_digest(
        renewing.seal(tenant, number, moment).encode(), code.encode()
    ):
        raise NotYours
    return file


@get(
    "/creche/confirmer/{number:int}/{code:str}",
    name="creche.confirm_page",
    guards=[guards.public],
)
async def confirm_page(
    request: Request[Any, Any, Any],
    number: FromPath[int],
    code: FromPath[str],
    tenant: NamedDependency[Tenant],
) -> Page:
    """Ask the question: opening a link changes nothing, as mail readers open links by themselves."""
    file = await asked(number, code, tenant)
    state = WORKFLOW.state(file.demande.state)
    leaving = request.query_params.get("reponse") == "non"
    again = tuple(KINDS[kind] for kind in await applications.proofs_again(number))
    page = ConfirmPage(file, state, f"/creche/confirmer/{number}/{code}", leaving, again)
    return Page("creche/family/confirm.html", page)


@post(
    "/creche/confirmer/{number:int}/{code:str}",
    name="creche.confirm_answer",
    guards=[guards.public],
)
async def confirm_answer(
    request: Request[Any, Any, Any],
    number: FromPath[int],
    code: FromPath[str],
    tenant: NamedDependency[Tenant],
) -> Redirect:
    """Keep the answer; the same answer twice, or too late, changes nothing and is told."""
    file = await asked(number, code, tenant)
    form = await request.form()
    answer = str(form.get("reponse", ""))
    if answer in ANSWERS and file.demande.state == "to_confirm":
        try:
            if answer == "oui":
                act = await renewing.confirming(file.demande.id)
                await workflow.fire(file.demande.id, act, side="family", account=None)
            else:
                await withdrawing.withdraw(file, form.get("left_for"), side="family", account=None)
        except Refused as refusal:
            if refusal.reason != "already_moved":
                raise
    return Redirect(f"/creche/confirmer/{number}/{code}", status_code=303)


ROUTES = [confirm_page, confirm_answer]
