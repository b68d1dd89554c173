"""The account of a family, in plain words: what was billed, what was paid, what is left."""

from dataclasses import dataclass

from litestar import get
from litestar.di import NamedDependency

from ribambelle.identity import Person
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle_paiement_tresor.domain.accounts import KINDS
from ribambelle_paiement_tresor.queries import mine, statements
from ribambelle_paiement_tresor.queries.mine import Document
from ribambelle_paiement_tresor.queries.statements import Movement


@dataclass(frozen=True)
class StatementPage:
    """What a family owes after each thing that happened."""

    movements: list[Movement]
    invoices: dict[int, Document]
    words: dict[str, str]

    @property
    def balance(self) -> int:
        """What is owed today; less than nothing: paid in advance."""
        return self.movements[0].balance if self.movements else 0


async def statement_of(payers: list[int]) -> StatementPage:
    """Return an account, the latest movement first."""
    found = await statements.of_payers(payers)
    numbers = sorted({one.invoice for one in found if one.invoice})
    return StatementPage(found[::-1], {one.id: one for one in await mine.some(numbers)}, KINDS)


@get(
    "/paiement/compte",
    name="paiement.statement",
    told="Lire le relevé de son compte",
    guards=[guards.family],
)
async def statement(person: NamedDependency[Person]) -> Page:
    """Show everything that was billed and paid, with what was owed after each."""
    payers = await mine.accounts(person.account) if person.account else []
    return Page("paiement/statement.html", await statement_of(payers))


ROUTES = [statement]
