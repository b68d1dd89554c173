"""Nothing of one commune is ever seen from another, whatever the route, the id or the session."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler

from ribambelle.database.door import current_engine
from ribambelle.identity import Grant
from ribambelle.identity.tables import Account, Adult, Child, Household, Quartier
from ribambelle.messages.tables import Message
from ribambelle.search import fold
from ribambelle.tenants import Tenant
from ribambelle.testing import Communes, Town
from ribambelle.web.portal import Portal
from ribambelle.workflow.tables import Demande, HistoryStep
from ribambelle_creche.tables import (
    Application,
    Capacity,
    Contact,
    Desk,
    Evidence,
    Facility,
    FrozenCount,
    Need,
    Receipt,
    Wish,
)

CANARY = "Zyxowvut"
SEARCHED = "zyxow"
"""Finds the word, without a page being able to give it back by repeating what was asked."""
ROLES = ("visitor", "family", "agent", "manager")


async def planted(town: Town, word: str, account: int) -> None:
    """Put one row in every table a page may show, each bearing a word of this commune alone."""
    now = town.tenant.now()
    with town.here():
        await Quartier.insert(Quartier(name=f"{word} q", folded=fold(f"{word} q")))
        await Desk.insert(Desk(name=f"{word} d"))
        await Household.insert(Household(created_at=now))
        await Adult.insert(Adult(household=1, given_name=word, family_name=word, folded=fold(word)))
        await Child.insert(Child(household=1, given_name=word, family_name=word, folded=fold(word)))
        await Message.insert(
            Message(kind="x", recipient="x@x.fr", subject=word, text=word, created_at=now)
        )
        for number in (1, 2, 3):
            await one_facility(number, word, now)
            await one_demande(number, word, now)
            await one_application(number, word, account, now)


async def one_facility(number: int, word: str, now: datetime) -> None:
    named = {"name": f"{word} f{number}", "folded": fold(word), "project": word}
    place = {"weekday": 0, "half": "am", "places": 9, "free": 1, "changed_at": now}
    counted = {"month": f"2026-0{number}", "quartier": word, "children": 12}
    await Facility.insert(
        Facility(**named, kind="municipal", quartier=1, places=9, import_key=f"{word}{number}")
    )
    await Capacity.insert(Capacity(facility=number, age_group="babies", **place))
    await FrozenCount.insert(FrozenCount(age_group="babies", **counted))


async def one_demande(number: int, word: str, now: datetime) -> None:
    moved = {"transition": "submit", "source": "draft", "target": "submitted"}
    await Demande.insert(
        Demande(workflow="creche.application", state="submitted", created_at=now, changed_at=now)
    )
    await HistoryStep.insert(
        HistoryStep(demande=number, **moved, at=now, side="family", reason=word)
    )


async def one_application(number: int, word: str, account: int, now: datetime) -> None:
    whose = {"account": account, "household": 1, "child": 1, "desk": 1, "quartier": 1}
    when = {"created_at": now, "submitted_at": now, "start_month": "2027-01"}
    shown = {"child_name": word, "folded": fold(word), "age_group": "babies", "half_days": 3}
    await Application.insert(
        Application(number=f"C-{number}", demande=number, **whose, **when, **shown)
    )
    await Wish.insert(Wish(application=number, rank=1, facility=number))
    await Need.insert(Need(application=number, rank=0, slots=3))
    await Evidence.insert(Evidence(application=number, kind="birth"))
    called = {"at": now, "account": account, "outcome": "reached", "note": word}
    await Contact.insert(Contact(application=number, facility=number, **called))
    await Receipt.insert(
        Receipt(application=number, version=1, at=now, code="0" * 64, content=receipt_of(word))
    )


def receipt_of(word: str) -> str:
    empty = {"wishes": [], "week": "", "fallbacks": [], "start_on": None}
    asked = {"accepts_any": False, "accepts_childminder": False}
    return json.dumps({"number": word, "child": word, **empty, **asked})


async def people(town: Town) -> dict[str, httpx.AsyncClient]:
    """Return one browser per kind of person of a commune."""
    return {
        "visitor": town.visitor(),
        "family": await town.family("family@example.test"),
        "agent": await town.staff(Grant("agent"), Grant("admin"), email="agent@example.test"),
        "manager": await town.staff(
            Grant("creche_manager", "creche.facility:1"), email="manager@example.test"
        ),
    }


def probes(app: Portal) -> Iterator[tuple[str, str]]:
    """Yield method and path of every route, its parameters filled with ids that exist elsewhere."""
    words = {"code": "enfant", "kind": "csv", "secret": "x" * 32, "name": "portal.css"}
    found = [
        (method, route.path)
        for route in app.routes
        for handler in getattr(route, "route_handlers", [])
        if isinstance(handler, HTTPRouteHandler) and not route.path.startswith(ENDING)
        for method in handler.http_methods - {"OPTIONS", "HEAD"}
    ]
    # looking first, changing after: a file withdrawn by a probe would hide from the next ones
    for method, path in sorted(found):
        for number in ("1", "2", "3"):
            yield method, filled(path, words, number)


ENDING = ("/static", "/deconnexion", "/compte/appareils", "/compte/mot-de-passe")
"""Assets are everybody's; the others end the session the probe is made with."""


def filled(path: str, words: dict[str, str], number: str) -> str:
    def value(found: re.Match[str]) -> str:
        return number if found[2] == "int" else words.get(found[1], "birth")

    return re.sub(r"{(\w+):(\w+)}", value, path)


async def leaks(communes: Communes, *, with_sessions_of: Town, asked: Town) -> list[str]:
    """Ask every route of `asked` with the sessions of the other; return where its word comes back."""
    found = []
    for role, client in (await people(with_sessions_of)).items():
        secret = client.cookies.get("session")
        for method, path in probes(communes.app):
            browser = asked.visitor()
            if secret:
                browser.cookies.set("session", secret)
            answer = await browser.request(
                method, path, params={"q": SEARCHED}, data={"application": "1"}
            )
            private = answer.status_code == 200 and path not in OPEN and CANARY in answer.text
            if private:
                found.append(f"{role} {method} {path}")
    return found


OPEN = (
    {"/", "/creche", "/creche/statistiques", "/_boite"}
    | {f"/creche/{part}/{n}" for part in ("etablissements",) for n in (1, 2, 3)}
    | {f"/creche/statistiques/export/{kind}" for kind in ("csv", "xlsx")}
)


async def prepared(communes: Communes) -> None:
    with communes.alpha.here():
        await Account.delete(force=True)
    await communes.alpha.family("family@example.test")
    await planted(communes.alpha, CANARY, 1)


async def test_sessions_of_another_commune_see_nothing_private(communes: Communes) -> None:
    await prepared(communes)

    found = await leaks(communes, with_sessions_of=communes.beta, asked=communes.alpha)

    assert found == []


async def test_ids_of_another_commune_lead_nowhere(communes: Communes) -> None:
    """Every kind of person of beta asks beta for the ids of alpha: alpha's word never comes back."""
    await prepared(communes)
    asked = 0
    for role, client in (await people(communes.beta)).items():
        for method, path in probes(communes.app):
            answer = await client.request(
                method, path, params={"q": SEARCHED}, data={"application": "1"}
            )
            asked += 1
            assert CANARY not in answer.text, f"{role} {method} {path}"

    assert asked > 400


async def test_without_the_tenant_the_same_probe_finds_leaks(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: both hosts on one database. A probe that finds nothing here would prove nothing."""
    await prepared(communes)
    alpha = communes.alpha.tenant

    @contextmanager
    def here(self: Tenant) -> Iterator[Tenant]:
        token = current_engine.set(alpha.engine)
        from ribambelle.tenants import tenant as module

        current = module._current.set(self)
        try:
            yield self
        finally:
            module._current.reset(current)
            current_engine.reset(token)

    monkeypatch.setattr(Tenant, "here", here)

    found = await leaks(communes, with_sessions_of=communes.beta, asked=communes.beta)

    assert len(found) > 5


async def test_without_the_slug_in_a_session_its_digest_would_pass(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of the session's own guard: a row copied to another database is nothing there."""
    import hashlib

    from ribambelle.identity import sessions
    from ribambelle.identity.tables import Session

    async def copied() -> int:
        client = await communes.alpha.family("family@example.test")
        await communes.beta.family("family@example.test")
        with communes.alpha.here():
            rows = await Session.select().order_by(Session.id, ascending=False).limit(1)
        with communes.beta.here():
            await Session.delete(force=True)
            row = {key: value for key, value in rows[0].items() if key != "id"}
            await Session.insert(Session(**{**row, "account": 1}))
        thief = communes.beta.visitor()
        thief.cookies.set("session", client.cookies["session"])
        return (await thief.get("/compte")).status_code

    assert await copied() == 303

    monkeypatch.setattr(
        sessions, "digest", lambda secret: hashlib.sha256(secret.encode()).hexdigest()
    )
    assert await copied() == 200
