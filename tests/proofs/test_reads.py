"""Every page of one family that somebody else is given leaves one line, and the chain holds."""

import random
import re

import pytest
from tests.core.test_families import ANNE, a_family, adult_of

from ribambelle.identity import households
from ribambelle.identity.households import AdultEntry
from ribambelle.testing import Communes, Town
from ribambelle.web import consulting, guards
from ribambelle.web.portal import Portal
from ribambelle.workflow import journal
from ribambelle.workflow.tables import JournalLine

ITSELF = {
    "/bureau/creche/demandes/{number:int}": "creche.file_read",
    "/bureau/periscolaire/inscriptions/{enrolment:int}": "periscolaire.enrolment_read",
    "/creche/situations/{case:int}": "creche.case_read",
    "/documents/{number:int}": "document.opened, from its pages",
    "/documents/{number:int}/fichier": "document.opened",
    "/documents/{number:int}/pages/{sheet:int}": "document.opened",
    "/bureau/documents/{number:int}": "document.opened, from its pages",
    "/messages/{number:int}": "families alone read it; the office has its own page",
    "/messages/{number:int}/pieces/{paper:int}/fichier": "document.opened",
    "/messages/{number:int}/pieces/{paper:int}/pages/{sheet:int}": "document.opened",
    "/bureau/creche/commissions/{commission:int}/epingles/{file:str}": "a number, without a name",
    "/bureau/donnees/effacements/{number:int}": "a request, and counts of rows",
}
"""Pages of one family that write their line themselves, or show nobody."""
OF_ONE = re.compile(
    r"/(familles|demandes|enfants|comptes|factures|paiements|quotients|offres|recours|situations"
    r"|inscriptions|messages|documents|pointages/\{day:str\}|effacements|epingles)/\{"
)
"""Where a number names one family, or something of one."""


def unsaid(app: Portal) -> set[str]:
    """Return the pages staff may open by a number that do not say whose they are."""
    found = set()
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            names = {getattr(guard, "func", guard) for guard in handler.resolve_guards()}
            alone = names & {guards.public, guards.family, guards.in_person, guards.oneself}
            is_page = "GET" in handler.http_methods
            if is_page and not alone and not handler.opt.get("reads"):
                found.add(route.path)
    return {one for one in found if one not in ITSELF and OF_ONE.search(one)}


def test_every_page_of_one_family_says_whose_it_is(shared_app: Portal) -> None:
    said = {
        handler.opt["reads"]
        for route in shared_app.routes
        for handler in getattr(route, "route_handlers", ())
        if handler.opt.get("reads")
    }

    assert unsaid(shared_app) == set()
    assert len(said) >= 10


async def read_many(town: Town, many: int) -> tuple[int, int]:
    """Read random files, and return how many were given and how many lines say so."""
    await a_family(town)
    adult = await adult_of(town, ANNE)
    with town.here() as tenant:
        homes = [adult.household] + [
            await households.create([AdultEntry("Lou", str(one))], None, tenant.now())
            for one in range(4)
        ]
    agent, draw, given = await town.staff(), random.Random(8), 0
    for _ in range(many):
        answer = await agent.get(f"/bureau/familles/{draw.choice([*homes, 999])}")
        given += answer.status_code == 200
    with town.here():
        lines = await JournalLine.count().where(JournalLine.act == consulting.ACT)
        assert await journal.broken_at() is None
    return given, lines


async def test_reads_made_are_lines_written(communes: Communes) -> None:
    given, lines = await read_many(communes.alpha, 40)

    assert given == lines > 20


@pytest.mark.slow
async def test_ten_thousand_reads_are_as_many_lines(communes: Communes) -> None:
    given, lines = await read_many(communes.alpha, 13_000)

    assert given == lines >= 10_000


async def test_a_page_that_forgets_its_line_is_counted(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: nothing is written as pages leave."""

    async def nothing(scope: object, seen: object) -> None: ...

    monkeypatch.setattr(consulting, "note", nothing)

    given, lines = await read_many(communes.alpha, 5)

    assert lines == 0 < given
