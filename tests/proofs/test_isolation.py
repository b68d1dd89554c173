"""Nothing of one commune is ever seen from another, whatever the route, the id or the session."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from piccolo.columns import Text, Varchar
from tests.proofs.planting import WORDLESS, kept, planted, tables_of
from tests.proofs.probing import BODY, ENDING, FORM, QUERY, asked, open_to, people, probes, text_of
from tests.proofs.reading import Reading

from ribambelle.database.door import current_engine
from ribambelle.plugins import Plugins
from ribambelle.tenants import Tenant
from ribambelle.testing import Communes, Town

CANARY, OWN = "Zyxowvut", "Kwyjibox"
FREE = {
    *("due_on", "is_adopted", "is_closed", "is_separated", "is_single", "together"),
    *("other_given_name", "other_family_name", "accepts_any", "accepts_childminder"),
    *("hours", "languages", "parent_support", "project"),
    *("subject", "body", "sms"),
    *("title", "text", "label", "place", "about", "deliberation"),
    *("allergies", "allergens", "pai_note", "doctor", "doctor_phone", "quotient_familial"),
    *(f"{name}_{rank}" for name in ("name", "phone", "link", "collect") for rank in (1, 2, 3)),
    *("consent_photo", "consent_care"),
    *("cut_off", "regime", "regie", "runs", "booked", "tax_care", "is_meal", "choice"),
    *("from_age", "to_age", "licence", "room"),
    *("amount", "key", "reference", "refund"),
    *("jours_1", "jours_2", "jours_3", "mode", "span", "rate", "every", "stay"),
    *("portees", "duree", "suivis", "etapes"),
    *("consents", "cares", "mobile", "call_hours", "only_when_free", "words"),
    *("urgent_words", "pets", "pets_words", "smoke", "languages", "takes_urgent"),
    *("civility", "accredited_since"),
    *("accreditation", "remettre", "born_on_day", "born_on_month", "born_on_year"),
    *("begins", "ends", "places", "guardian", "planning", "is_right", "wrong", "answer"),
    *("usual_name", "status", "insee", "latitude", "longitude", "where"),
    *("from_months", "to_months", "activity", "micro_quartier"),
    *("langue", "moments", "note", "opens", "opens_day", "opens_month", "opens_year"),
}
"""Fields of forms that hold no id and decide of none."""


@pytest.fixture
def reading(communes: Communes, monkeypatch: pytest.MonkeyPatch) -> Reading:
    """What each route reads, noted from now on."""
    found = Reading(communes.app)
    found.watch(monkeypatch)
    return found


async def both_planted(communes: Communes) -> None:
    """Alpha holds three rows of everything and beta two: id 3 is nothing in beta."""
    await planted(communes.alpha, CANARY, 3)
    await planted(communes.beta, OWN, 2)


async def test_a_word_is_planted_in_every_table(communes: Communes, installed: Plugins) -> None:
    await planted(communes.alpha, CANARY)

    rows = await kept(communes.alpha)
    bare = {
        table._meta.tablename
        for table in tables_of(installed)
        if not any(
            CANARY.lower() in str(row[column._meta.name]).lower()
            for row in rows[table._meta.tablename]
            for column in table._meta.columns
            if isinstance(column, Varchar | Text)
        )
    }
    assert len(rows) >= 20
    assert all(len(found) == 3 for found in rows.values())
    assert bare == WORDLESS


# each kind of person asks one route in eight here, not the same as the next; every route of both
# databases in `make proofs`
ON_BOTH = pytest.mark.parametrize(
    ("database_server", "one_in"),
    [
        *(("sqlite", 8), ("postgresql", 8)),
        *(pytest.param(one, 1, marks=pytest.mark.slow) for one in ("sqlite", "postgresql")),
    ],
    indirect=["database_server"],
)


@pytest.mark.asvs("8.4.1")
@ON_BOTH
async def test_every_route_asked_by_beta_gives_beta(
    communes: Communes, reading: Reading, one_in: int
) -> None:
    """A20: path, query and body hold ids of alpha; beta answers its own, alpha does not move."""
    await both_planted(communes)
    before = await kept(communes.alpha)
    leaks, faults, shown, requests = [], [], set[str](), 0
    lets_in = open_to(communes.app, communes.beta)

    for rank, (role, sign_in) in enumerate((await people(communes.beta)).items()):
        browser = await sign_in()
        for probe in probes(communes.app)[rank % one_in :: one_in]:
            if not lets_in(role, probe):
                continue
            if probe.path.startswith(ENDING):
                browser = await sign_in()
            async for name, answer in asked(probe, browser, reading):
                text, requests = text_of(answer), requests + 1
                leaks += [f"{role} {name}"] if CANARY in text else []
                faults += [f"{role} {name}"] if answer.status_code >= 500 else []
                shown |= {probe.template} if OWN in text else set()
        browser = await sign_in()

    assert leaks == []
    assert faults == []
    assert await kept(communes.alpha) == before
    assert requests > 1200 // one_in
    assert len(shown) > 20 // one_in, (
        "a probe that is shown nothing of beta proves nothing of alpha"
    )
    assert {key for keys in reading.query.values() for key in keys} <= QUERY.keys()
    fields = {key for keys in reading.body.values() for key in keys}
    assert fields <= BODY.keys() | FREE, "say what these fields hold: an id, or nothing of the kind"


async def seen(
    asked_town: Town, secret: str, role: str = "", one_in: int = 1, first: int = 0
) -> set[str]:
    """Return the routes on which a commune shows its word to whoever bears a session's secret.

    :param role: only those this kind of person opens at home; all of them when empty.
    :param one_in: ask one route in so many.
    :param first: from which of them on.
    """
    found = set()
    lets_in = open_to(asked_town.app, asked_town)
    for probe in probes(asked_town.app)[first::one_in]:
        if role and not lets_in(role, probe):
            continue
        browser = asked_town.visitor()
        if secret:
            browser.cookies.set("session", secret)
        body = FORM if probe.method == "POST" else {}
        answer = await browser.request(probe.method, probe.path, **body)
        found |= {str(probe)} if CANARY in text_of(answer) else set()
    return found


@ON_BOTH
async def test_sessions_of_beta_are_nothing_in_alpha(communes: Communes, one_in: int) -> None:
    """Each kind of person of beta sees of alpha what a passer-by sees, and no more."""
    await both_planted(communes)
    public = await seen(communes.alpha, "")

    for rank, (role, sign_in) in enumerate((await people(communes.beta)).items()):
        secret = (await sign_in()).cookies.get("session")
        if secret:
            assert await seen(communes.alpha, secret, role, one_in, rank % one_in) <= public, role


@contextmanager
def no_tenant_in_the_door(alpha: Tenant, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Send every query to alpha's database, whatever commune was asked."""

    @contextmanager
    def here(self: Tenant) -> Iterator[Tenant]:
        from ribambelle.tenants import tenant as module

        engine, current = current_engine.set(alpha.engine), module._current.set(self)
        try:
            yield self
        finally:
            module._current.reset(current)
            current_engine.reset(engine)

    with patch.context() as inner:
        inner.setattr(Tenant, "here", here)
        yield


@pytest.mark.parametrize("database_server", [""])
async def test_without_the_tenant_the_same_probe_finds_leaks(
    communes: Communes, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: both hosts on one database. A probe that finds nothing here would prove nothing."""
    await planted(communes.alpha, CANARY)
    leaks = set()

    with no_tenant_in_the_door(communes.alpha.tenant, monkeypatch):
        for role in ("family", "agent"):
            browser = await (await people(communes.beta))[role]()
            for probe in probes(communes.app):
                if probe.method == "GET":
                    answer = await browser.get(probe.path)
                    leaks |= {probe.template} if CANARY in text_of(answer) else set()

    assert len(leaks) > 15


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
