"""What each role opens is computed, written down, and true of the running portal."""

import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from tests.proofs.probing import VALUES

from ribambelle.identity import Grant
from ribambelle.identity.person import Role
from ribambelle.plugins import Plugins
from ribambelle.testing import Communes, Town
from ribambelle.web import access, guards
from ribambelle.web.access import FAMILY, STAFF, VISITOR, Way
from ribambelle.web.portal import Portal

PAGE = Path(__file__).parents[2] / "docs" / "roles.md"
ENDING = ("/deconnexion",)


@pytest.fixture
def roles(installed: Plugins) -> list[Role]:
    """Every role that may be given, whatever the commune."""
    return installed.only(installed.names).all("roles")


@pytest.fixture
def ways(shared_app: Portal, installed: Plugins) -> list[Way]:
    """Every route, with who its guards let in."""
    return access.ways(shared_app, installed.only(installed.names))


@pytest.mark.asvs("8.1.1")
def test_the_page_of_roles_is_what_the_guards_say(ways: list[Way], roles: list[Role]) -> None:
    written = PAGE.read_text("utf-8")

    assert written == access.document(ways, roles), (
        "docs/roles.md is stale: ribambelle roles matrix > docs/roles.md"
    )


def test_every_role_says_what_it_is_for(roles: list[Role]) -> None:
    assert [role.code for role in roles if not role.told.endswith(".")] == []
    assert len({role.code for role in roles}) == len(roles)


async def who_is_there(town: Town, roles: list[Role]) -> dict[str, httpx.AsyncClient]:
    """One browser of each kind of person: a visitor, a family, staff without and with each role."""
    browsers = {VISITOR: town.visitor(), FAMILY: await town.family()}
    for role in roles:
        grant = Grant(role.code, f"{role.scope}:1" if role.scope else "")
        browsers[role.code] = await town.staff(grant, email=f"{role.code}@mairie.test")
    nobody = await town.staff(email=f"{STAFF}@mairie.test")
    with town.here():
        await town_without_role(f"{STAFF}@mairie.test")
    return browsers | {STAFF: nobody}


async def town_without_role(email: str) -> None:
    from ribambelle.identity import accounts, tables

    account = await accounts.by_email(email)
    assert account
    await tables.Grant.delete().where(tables.Grant.account == account.id)


def filled(path: str) -> str:
    """Return an address of a route; the session it names is nobody's."""
    return re.sub(r"{(\w+)}", lambda hole: FILLED.get(hole[1]) or VALUES[hole[1]][0], path)


INVITED = {"name": "Luc", "email": "luc@mairie.test", "roles": "agent"}
FILLED = {"session": "99", "number": "99"}


def let_in(answer: httpx.Response) -> bool:
    """Tell whether the guards let a request pass: what a handler answers then is its own affair."""
    sent_away = answer.headers.get("location", "").startswith("/connexion")
    return answer.status_code not in (401, 403) and not (answer.status_code == 303 and sent_away)


async def disagreements(
    town: Town, ways: list[Way], roles: list[Role], one_in: int = 1
) -> list[str]:
    """Ask every route as every kind of person, and return where the matrix is wrong.

    :param one_in: each kind of person asks one route in so many, and not the same as the others.
    """
    found = []
    # what ends a session comes last
    asked = sorted(ways, key=lambda way: way.path in ENDING)
    for rank, (kind, browser) in enumerate((await who_is_there(town, roles)).items()):
        for way in asked[rank % one_in :: one_in]:
            if VISITOR in way.opens and kind != VISITOR:
                continue  # a public page sends some people elsewhere: it is nobody's by role
            answer = await browser.request(way.method, path := filled(way.path))
            if way.path != "/connexion/code" and let_in(answer) != (kind in way.opens):
                found.append(f"{kind} {way.method} {path}: {answer.status_code}")
    return found


@pytest.mark.asvs("8.2.1", "8.3.1")
@pytest.mark.parametrize(
    ("database_server", "one_in"),
    # a guard reads the person and never the database: each route is asked by some here, by each
    # kind of person in `make proofs`
    [
        *(("sqlite", 8), ("postgresql", 8)),
        *(pytest.param(one, 1, marks=pytest.mark.slow) for one in ("sqlite", "postgresql")),
    ],
    indirect=["database_server"],
)
async def test_the_portal_does_what_the_matrix_says(
    communes: Communes, ways: list[Way], roles: list[Role], one_in: int
) -> None:
    assert await disagreements(communes.alpha, ways, roles, one_in) == []


@pytest.mark.parametrize("database_server", [""])
async def test_a_matrix_that_lies_is_found(
    communes: Communes, ways: list[Way], roles: list[Role]
) -> None:
    """The twin: one line of the matrix says more than the portal does."""
    (team,) = (way for way in ways if way.path == "/bureau/equipe")
    lie = replace(team, opens=team.opens | {"partner"})

    found = await disagreements(communes.alpha, [lie], roles)

    assert found == ["partner GET /bureau/equipe: 403"]


def test_a_role_that_only_reads_never_changes_anything(ways: list[Way], roles: list[Role]) -> None:
    readers = {role.code for role in roles if role.read_only}

    closed = [way for way in ways if way.changes and VISITOR not in way.opens]
    acts = [way for way in closed if STAFF not in way.opens]
    own = [way.path for way in closed if STAFF in way.opens]

    assert readers >= {"partner", "accountant"}
    assert [way.path for way in acts if readers & way.opens] == []
    assert [path for path in own if not path.startswith("/compte")] == []


@pytest.mark.parametrize("database_server", [""])
async def test_without_the_guard_a_reader_would_change_things(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the one place that sets reading roles aside is taken away."""
    town = communes.alpha
    reader = await town.staff(Grant("partner"), email="caf@caf.test")
    monkeypatch.setattr(guards.admin, "roles", ("admin", "partner"))

    refused = await reader.post("/bureau/equipe/inviter", data=INVITED)
    monkeypatch.setattr(guards, "_able", guards._somebody)
    passed = await reader.post("/bureau/equipe/inviter", data=INVITED)

    assert (refused.status_code, passed.status_code) == (403, 303)


async def test_whoever_only_reads_still_keeps_their_own_account(communes: Communes) -> None:
    reader = await communes.alpha.staff(Grant("partner"), email="caf@caf.test")

    answer = await reader.post("/compte/mot-de-passe", data={"password": "quatre mots sans lien"})

    assert answer.headers["location"] == "/compte"


def test_a_role_nobody_can_use_yet_says_so(ways: list[Way]) -> None:
    assert access.told("a_role_of_tomorrow", ways) == "Ne donne encore accès à aucune page."
    assert access.told("admin", ways).startswith("Ouvre ")
