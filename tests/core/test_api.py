"""The API: who is let in, what is answered when something cannot be, and what is open where."""

import json
from types import SimpleNamespace
from typing import Any

import httpx
import pluggy
import pytest
from litestar import get
from litestar.handlers import HTTPRouteHandler
from tests.core.test_roles import filled

from ribambelle.api import description, pace, tokens
from ribambelle.api.addresses import ROOT
from ribambelle.api.scopes import ApiScope
from ribambelle.api.tables import ApiToken
from ribambelle.identity import Grant
from ribambelle.identity.sessions import digest
from ribambelle.plugins import CORE, Plugins
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.testing.tokens import a_program
from ribambelle.web import access, guards, mounting
from ribambelle.web.access import Way
from ribambelle.web.portal import Portal
from ribambelle.workflow.tables import JournalLine

TOKEN = f"{ROOT}/token"
READ, BOOK = "periscolaire:read", "periscolaire:book"
DESK = "/bureau/equipe/jetons"


def code(answer: httpx.Response) -> tuple[int, str]:
    """The status and the code of a refusal, that says itself in full."""
    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert told["status"] == answer.status_code
    assert told["title"] and told["detail"] and told["type"].endswith(f"/api#{told['code']}")
    return answer.status_code, told["code"]


@pytest.fixture
def ways(shared_app: Portal, installed: Plugins) -> list[Way]:
    """The routes for programs that need a token."""
    every = access.ways(shared_app, installed.only(installed.names))
    return [way for way in every if way.scope is not None]


async def barred(town: Town, clock: FrozenClock) -> dict[str, httpx.AsyncClient]:
    """Programs whose token opens nothing, by what they should be told."""
    short = await a_program(town, READ, BOOK, name="short", days=90)
    revoked = await a_program(town, READ, BOOK, name="revoked")
    clock.move(days=91)
    with town.here() as tenant:
        row = await ApiToken.objects().get(ApiToken.name == "revoked")
        assert row and await tokens.revoke(row.id, tenant.now())
    wrong = await a_program(town, READ, BOOK)
    wrong.headers["authorization"] += "x"
    agent = await town.staff(Grant("admin"))
    return {
        "token_missing": agent,
        "token_unknown": wrong,
        "token_expired": short,
        "token_revoked": revoked,
    }


@pytest.mark.asvs("8.2.1")
async def test_each_route_asks_for_a_token_of_this_commune_that_bears_its_scope(
    communes: Communes, ways: list[Way], clock: FrozenClock
) -> None:
    town = communes.alpha
    programs = await barred(town, clock)
    foreign = await a_program(communes.beta, READ, BOOK)
    foreign.base_url = town.visitor().base_url
    scopes = sorted({way.scope for way in ways} - {""})
    programs_by_scope = [(scope, await a_program(town, scope)) for scope in scopes]

    assert len(ways) >= 9 and len(scopes) >= 4
    for way in ways:
        path = filled(way.path)
        for expected, program in programs.items():
            assert code(await program.request(way.method, path)) == (401, expected), way
        assert code(await foreign.request(way.method, path)) == (401, "token_unknown"), way
        for scope, program in programs_by_scope:
            answer = await program.request(way.method, path)
            is_let_in = answer.status_code not in (401, 403)
            assert is_let_in == (way.scope in ("", scope)), (way, answer.text)
            if not is_let_in:
                assert code(answer) == (403, "scope_missing")
                assert way.scope in answer.headers["www-authenticate"]


@pytest.mark.parametrize("database_server", [""])
async def test_without_the_slug_in_its_digest_a_token_copied_elsewhere_would_open(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of a token's own commune."""

    async def copied() -> int:
        thief = await a_program(communes.alpha, READ)
        with communes.alpha.here():
            (row,) = await ApiToken.select().order_by(ApiToken.id, ascending=False).limit(1)
        with communes.beta.here():
            await ApiToken.insert(ApiToken(**{k: v for k, v in row.items() if k != "id"}))
        thief.base_url = communes.beta.visitor().base_url
        return (await thief.get(TOKEN)).status_code

    assert await copied() == 401
    monkeypatch.setattr(tokens, "digest", lambda secret: digest.__module__ + secret[:50])
    assert await copied() == 200


@pytest.mark.asvs("3.5.2")
async def test_every_failure_is_a_problem_and_no_cookie_counts(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = communes.alpha
    program, family = await a_program(town, READ, BOOK), await town.family()
    week = f"{ROOT}/periscolaire/children/1/weeks/2026-11-30"
    key = {"idempotency-key": "k"}

    lost = await program.get(f"{ROOT}/nulle-part")
    wrong_method = await program.post(TOKEN)
    text = await program.put(week, content="x", headers=key)
    broken = await program.put(
        week, content="{", headers={**key, "content-type": "application/json"}
    )
    bad = {"bookings": [{"unit": "trois", "day": "2026-12-03"}], "more": 1}
    invalid = await program.put(week, json=bad, headers=key)
    keyless = await program.delete(f"{ROOT}/periscolaire/bookings/1")
    cross = await program.get(TOKEN, headers={"origin": "https://evil.test"})

    def fault(*_: Any) -> None:
        raise RuntimeError("Zyxowvut")

    monkeypatch.setattr(description, "document", fault)
    quiet = httpx.AsyncClient(
        transport=httpx.ASGITransport(app=town.app, raise_app_exceptions=False),
        base_url=town.visitor().base_url,
    )
    failed = await quiet.get(f"{ROOT}/openapi.json")
    unknown = await quiet.get(TOKEN, headers={"host": "ailleurs.test"})

    assert code(lost) == (404, "not_found")
    assert code(wrong_method) == (405, "method_not_allowed")
    assert "GET" in wrong_method.headers["allow"]
    assert code(text) == (415, "not_json")
    assert code(broken) == (400, "unreadable")
    assert code(invalid) == (422, "invalid")
    assert {one["pointer"] for one in invalid.json()["errors"]} == {"/more", "/bookings/0/unit"}
    assert code(keyless) == (404, "not_found")
    assert cross.status_code == 200
    assert "access-control-allow-origin" not in cross.headers
    assert code(await family.get(TOKEN)) == (401, "token_missing")
    assert code(failed) == (500, "fault")
    assert "Zyxowvut" not in failed.text
    assert unknown.status_code == 421
    assert unknown.headers["content-type"] == "application/problem+json"


@pytest.mark.asvs("2.4.1")
async def test_a_token_has_its_minute_and_is_told_when_to_come_back(
    communes: Communes, monkeypatch: pytest.MonkeyPatch, clock: FrozenClock
) -> None:
    monkeypatch.setattr(pace, "OF_TOKEN", 30)
    program, other = await a_program(communes.alpha, READ), await a_program(communes.alpha, READ)

    first = [(await program.get(TOKEN)).status_code for _ in range(30)]
    refused = await program.get(TOKEN)
    others = await other.get(TOKEN)
    clock.move(minutes=1)
    after = await program.get(TOKEN)

    assert first == [200] * 30
    assert code(refused) == (429, "too_many_requests")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert (others.status_code, after.status_code) == (200, 200)
    monkeypatch.setattr(pace, "OF_COMMUNE", 3)
    answers = [await each.get(TOKEN) for each in (program, other, program, other)]
    assert answers[-1].status_code == 429


async def test_an_administrator_gives_a_token_shown_once_and_revokes_it(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    desk, agent = await town.staff(Grant("admin")), await town.staff(email="a@mairie.test")
    wish = {"name": "Logiciel", "portees": READ, "duree": "90"}

    refused = await desk.post(DESK, data={"name": "", "portees": READ})
    made = await desk.post(DESK, data=wish)
    secret = made.text.partition("<code>rib_")[2].partition("<")[0]
    program = town.visitor()
    program.headers["authorization"] = f"Bearer rib_{secret}"
    told = await program.get(TOKEN)
    await program.get(TOKEN)
    again = (await desk.get(DESK)).text
    revoked = await desk.post(f"{DESK}/1/revoquer")
    after = await program.get(TOKEN)

    assert refused.status_code == 422
    assert told.json() == {
        "name": "Logiciel",
        "prefix": secret[:8],
        "scopes": [READ],
        "expires_at": "2027-02-23T09:00:00+01:00",
    }
    assert secret not in again
    assert f"rib_{secret[:8]}…" in again
    assert revoked.status_code == 303
    assert code(after) == (401, "token_revoked")
    assert (await agent.get(DESK)).status_code == 403
    with town.here():
        (row,) = await ApiToken.select()
        acts = await JournalLine.select(JournalLine.act, JournalLine.account).order_by(
            JournalLine.number
        )
    assert secret[9:] not in str(row)
    assert row["last_used_at"] == clock()
    mine = [(one["act"], one["account"]) for one in acts if one["act"].startswith("api_token")]
    assert mine == [("api_token.made", row["created_by"]), ("api_token.revoked", row["created_by"])]


@pytest.mark.asvs("13.4.5")
@pytest.mark.parametrize("database_server", [""])
async def test_the_page_and_openapi_show_what_the_commune_opens_and_nothing_else(
    communes: Communes,
) -> None:
    town, other = communes.alpha, communes.beta
    file = other.app.platform.folder / "beta.toml"
    file.write_text(
        file.read_text()
        .replace('"periscolaire"', '"assmat"')
        .replace('"assmat", "creche", "paiement", "assmat"', '"assmat", "creche"')
    )
    program = town.visitor()

    page, told = await program.get("/api"), (await program.get(f"{ROOT}/openapi.json")).json()
    less = (await other.visitor().get(f"{ROOT}/openapi.json")).json()
    closed = await other.visitor().get(f"{ROOT}/periscolaire/activities")
    never = await other.visitor().get(f"{ROOT}/periscolaire/activites")

    assert told["openapi"] == "3.1.0"
    assert told["servers"] == [{"url": town.tenant.url("").rstrip("/")}]
    assert dangling(told) == set()
    # a generator of code names its classes so, and reads no limit of a row but its length
    assert not [name for name in told["components"]["schemas"] if "." in name]
    assert '"items":false' not in json.dumps(told, separators=(",", ":"))
    for path, methods in told["paths"].items():
        for method, one in methods.items():
            assert f"<b>{method.upper()}</b> {path}" in page.text
            assert one["summary"] and one["description"] and one["responses"]
            scopes = [scope for each in one["security"] for scope in each["token"]]
            assert all(f"<code>{scope}</code>" in page.text for scope in scopes)
    assert not [path for path in less["paths"] if "periscolaire" in path]
    assert "/api/v1/token" in less["paths"]
    assert code(closed) == code(never) == (404, "not_found")
    assert (await program.get("/schema")).status_code == 404


def dangling(told: dict[str, Any]) -> set[str]:
    """The references of a document that lead nowhere."""
    found: set[str] = set()

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            if isinstance(where := part.get("$ref"), str):
                found.add(where)
            for value in part.values():
                walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    walk(told)
    return {one for one in found if one.split("/")[-1] not in told["components"]["schemas"]}


def test_every_route_for_programs_says_itself_and_bears_a_scope_of_its_plugin(
    shared_app: Portal, installed: Plugins
) -> None:
    hooks = installed.only(installed.names)
    scopes = {scope.code: name for name, found in hooks.each("api_scopes") for scope in found}
    handlers: list[HTTPRouteHandler] = [
        handler
        for route in shared_app.routes
        if route.path.startswith(f"{ROOT}/")
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler) and handler.handler_name != "options_handler"
    ]

    assert [one.handler_name for one in handlers if "api" not in one.opt] == []
    for one in handlers:
        scope = access.scope_of(one)
        assert not scope or scopes[scope] == one.opt.get("plugin", CORE)


def test_a_plugin_whose_scopes_or_addresses_are_not_its_own_is_put_aside() -> None:
    hookimpl = pluggy.HookimplMarker("ribambelle")

    @get("/api/v1/autre", guards=[guards.public])
    async def fine() -> str:
        return ""

    @get("/api/v1/nu", guards=[guards.family])
    async def by_cookie() -> str:
        return ""

    @get("/ailleurs", guards=[guards.Scoped()])
    async def by_token() -> str:
        return ""

    def module(**hooks: Any) -> Any:
        return SimpleNamespace(**{name: hookimpl(function) for name, function in hooks.items()})

    plugins = Plugins(
        {
            "juste": module(
                routes=lambda: [fine], api_scopes=lambda: [ApiScope("juste:a", "", "")]
            ),
            "cookie": module(routes=lambda: [by_cookie]),
            "jeton": module(routes=lambda: [by_token]),
            "nom": module(api_scopes=lambda: [ApiScope("juste:b", "", "")]),
        }
    )
    mounting.served(plugins, [], list)

    assert plugins.broken.keys() == {"cookie", "jeton", "nom"}
    assert plugins.names == ["juste"]
