"""What the State knows of a family is asked with its consent, at a pace no commune breaks alone."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.core.test_families import ANNE, a_family, adult_of
from tests.periscolaire.builders import SETTINGS, settle

from ribambelle import consents
from ribambelle.consents.tables import Consent
from ribambelle.errors import Refused
from ribambelle.geocoding import pace
from ribambelle.identity.tables import Account, Session, StateIdentity
from ribambelle.jobs.tables import Job
from ribambelle.messages.tables import Message
from ribambelle.particulier import asking, service
from ribambelle.particulier.kinds import KINDS
from ribambelle.particulier.refusals import REFUSALS, Unanswered
from ribambelle.particulier.tables import StateEvidence
from ribambelle.tenants import checking
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.testing.api_particulier import ApiParticulier, simulated_state, token_of
from ribambelle.testing.france_connect import secret_of, standing
from ribambelle.workflow.tables import JournalLine
from ribambelle_periscolaire.queries import means
from ribambelle_periscolaire.tables import Claim, Situation

PAGE = "/compte/donnees/etat"
QUOTIENT = KINDS["quotient"]
MINE = {
    **{"family_name": "Hoarau", "given_names": "Anne Marie", "sex": "F", "town": "Saint-Denis"},
    **{"born_on": "1990-05-12", "departement": "974", "agree": "oui"},
}
ASKED = [("nomNaissance", "HOARAU"), ("sexeEtatCivil", "F")]


@pytest.fixture(scope="module")
def simulated() -> Iterator[ApiParticulier]:
    with simulated_state() as one:
        yield one


@pytest.fixture
def state(communes: Communes, simulated: ApiParticulier) -> ApiParticulier:
    """API Particulier as both communes use it, each with its own token and its own SIRET."""
    for town, siret in zip(communes.both, ("2" * 14, "3" * 14), strict=True):
        settle(town, SETTINGS)
        file = town.app.platform.folder / f"{town.slug}.toml"
        file.write_text(
            f'{file.read_text()}\n[particulier]\non = true\naddress = "{simulated.address}"\n'
            f'token = "{token_of(town.slug)}"\nrecipient = "{siret}"\nfranceconnect = true\n'
            'asks = ["quotient", "resources", "schooling"]\n'
        )
    (communes.app.platform.data / ".particulier").unlink(missing_ok=True)
    simulated.forget()
    simulated.raised(0)
    simulated.asked()
    return simulated


async def asks(browser: httpx.AsyncClient, kind: str = "quotient", **typed: str) -> httpx.Response:
    return await browser.post(f"{PAGE}/{kind}", data=MINE | typed)


async def outcome(town: Town) -> str:
    """Ask once, as the server does; return why it was not told."""
    with town.here() as tenant:
        try:
            await service.by_identity(tenant, "quotient", ASKED)
        except Unanswered as error:
            assert error.request
            return error.reason
    return "known"


# -- the service -------------------------------------------------------------------------------


async def test_every_refusal_says_what_to_do_next(
    communes: Communes, state: ApiParticulier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PATIENCE", 0.3)
    town, file = communes.alpha, communes.app.platform.data / ".particulier"
    expected = {
        **{"35003": "unknown", "23003": "no_caf", "10003": "no_msa", "00366": "identity"},
        **{"00203": "recipient", "00100": "rights", "00101": "token", "00103": "token"},
        **{"00105": "token", "00015": "running", "00429": "busy", "404": "gone"},
        **{"500": "silent", "504": "silent", "302": "silent", "slow": "silent"},
        **{"drop": "silent", "garbage": "unreadable"},
    }

    told = {}
    for fault in expected:
        state.will(fault)
        told[fault] = await outcome(town)
        file.unlink()

    assert told == expected
    assert set(expected.values()) == REFUSALS.keys()
    assert all(one.title.endswith(".") and one.then.endswith(".") for one in REFUSALS.values())
    assert "pas nul" in REFUSALS["gone"].then
    state.will("00101")
    with town.here() as tenant:
        assert await service.ping(tenant) == "le jeton est refusé ou expiré"
        assert await service.ping(tenant) == ""
    communefile = town.app.platform.folder / "alpha.toml"
    communefile.write_text(communefile.read_text().replace("demo = true", ""))
    state.will("00103")
    assert any("particulier.token" in one for one in await checking.of_particulier(town.tenant))


async def test_whoever_is_told_to_wait_waits_in_every_commune(
    communes: Communes, state: ApiParticulier
) -> None:
    state.will("00429")

    first, then = await outcome(communes.alpha), await outcome(communes.beta)

    assert (first, then) == ("busy", "busy")
    assert len(state.asked()) == 1


async def test_a_token_serves_its_own_commune_alone(
    communes: Communes, state: ApiParticulier
) -> None:
    for town in communes.both:
        assert await outcome(town) in ("known", "unknown")

    told = [(one["token"], one["asked"]["recipient"]) for one in state.asked()]
    assert told == [(token_of("alpha"), "2" * 14), (token_of("beta"), "3" * 14)]


TAKING = """
import runpy, sys, time
from pathlib import Path
_, source, file, a_second, burst = sys.argv
pace = runpy.run_path(source)["Pace"](Path(file), a_second=int(a_second), burst=int(burst))
end = time.time() + 1.3
while time.time() < end:
    if pace.take():
        print(time.time())
    time.sleep(0.002)
"""


def most_in_a_second(running: "list[subprocess.Popen[str]]") -> int:
    """Return the most questions that left some processes in any second."""
    left = sorted(float(line) for one in running for line in one.communicate()[0].split())
    return max(sum(at <= one < at + 1 for one in left) for at in left)


def test_two_processes_take_one_turn(tmp_path: Path) -> None:
    limits = [str(service.A_SECOND), str(service.BURST)]
    command = [sys.executable, "-c", TAKING, pace.__file__]
    running = [
        subprocess.Popen(
            [*command, str(tmp_path / file), *limits], stdout=subprocess.PIPE, text=True
        )
        for file in ("one", "one", "a", "b")
    ]

    assert 10 <= most_in_a_second(running[:2]) <= 20
    apart = most_in_a_second(running[2:])
    assert apart > 20, "sabotage: a limiter for each process breaks the limit"
    assert service.A_SECOND * 60 + service.BURST < 1_000, "nor in any minute"


async def test_without_the_limiter_the_service_complains(
    communes: Communes, state: ApiParticulier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With it, the turn is refused here; without it (sabotage), the service refuses it there."""
    kept = [await outcome(communes.alpha) for _ in range(30)]
    polite = {one["status"] for one in state.asked()}
    monkeypatch.setattr(pace.Pace, "take", lambda _: True)
    state.forget()
    for _ in range(30):
        await outcome(communes.alpha)

    assert "busy" in kept
    assert polite == {200}
    assert 429 in {one["status"] for one in state.asked()}


# -- the family --------------------------------------------------------------------------------


async def test_a_family_agrees_reads_what_came_and_takes_it_back(
    communes: Communes, state: ApiParticulier, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    town = communes.alpha
    browser = await a_family(town)
    adult = await adult_of(town, ANNE)
    agent = await town.staff()

    silent = await asks(browser, agree="")
    other = await asks(browser, given_names="Marc", family_name="Payet")
    before = len(state.asked())
    done = await asks(browser)
    page = (await browser.get(PAGE)).text
    shown = (await agent.get(f"/bureau/periscolaire/quotients/{adult.household}")).text
    with town.here() as tenant:
        known = await means.on(adult.household, tenant.now().date())

    assert (silent.status_code, other.status_code, before) == (422, 422, 0)
    assert "Hoarau" in silent.text, "nothing typed is lost"
    assert done.headers["location"] == PAGE
    assert "812" in page
    assert "calculer le prix de la cantine" in page
    assert "lu auprès de l’État" in shown
    assert known is not None
    assert (known.quotient_familial, known.source) == (812, "caf")

    await browser.post(f"{PAGE}/quotient/retirer")
    (asked,) = state.asked()
    again = await asks(browser, agree="")

    assert asked["asked"]["nomNaissance"] == "Hoarau"
    assert again.status_code == 422
    assert state.asked() == []
    assert "Retiré le" in (await browser.get(PAGE)).text
    assert (
        "lu auprès"
        not in (await agent.get(f"/bureau/periscolaire/quotients/{adult.household}")).text
    )
    with town.here():
        (consent,) = await Consent.objects()
        assert (consent.sealed, len(consent.digest)) == ("", 64)
        assert await asking.usable(adult.household, "quotient") == []
        with pytest.raises(Refused, match="consent_needed"):
            await asking.keep(
                adult.account, QUOTIENT, {"value": 1}, "r", "identite", consent.given_at
            )
        lines = repr(await JournalLine.select(JournalLine.act, JournalLine.facts))
    assert "consent.withdrawn" in lines
    assert not [one for one in ("Hoarau", "1990", "812") if one in lines + caplog.text]


async def test_an_answer_that_comes_after_a_no_is_not_kept(
    communes: Communes, state: ApiParticulier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And sabotage: with the consent unasked, it would be."""
    town = communes.alpha
    browser = await a_family(town)
    adult = await adult_of(town, ANNE)
    ask, agreed = service.by_identity, asking.agreed

    async def changes_her_mind(*given: object) -> object:
        found = await ask(*given)  # type: ignore[arg-type]
        with town.here() as tenant:
            await consents.withdraw(adult.account, "particulier.quotient", tenant.now())
        return found

    async def unasked(account: int, kind: object) -> Consent:
        row = await Consent.objects().first()
        assert row
        return row

    monkeypatch.setattr(service, "by_identity", changes_her_mind)
    late = await asks(browser)
    with town.here():
        kept = await StateEvidence.count()
    monkeypatch.setattr(asking, "agreed", unasked)
    await asks(browser)
    monkeypatch.setattr(asking, "agreed", agreed)

    assert late.status_code == 409
    assert kept == 0
    with town.here():
        assert await StateEvidence.count() == 1


async def test_in_february_what_changed_is_asked_again_and_told(
    communes: Communes, state: ApiParticulier, clock: FrozenClock
) -> None:
    town = communes.alpha
    browser = await a_family(town)
    adult = await adult_of(town, ANNE)
    await asks(browser)
    state.asked()
    state.raised(990)

    clock.set(clock().replace(year=2027, month=1, day=28))
    await town.work()
    january = state.asked()
    clock.move(days=7)
    state.will("504")
    await town.work()
    clock.move(hours=2)
    await town.work()
    await town.work()
    asked = [one["status"] for one in state.asked()]
    with town.here() as tenant:
        today = tenant.now().date()
        known = await means.on(adult.household, today)
        # an agent writes another by hand, a year goes by
        row = Situation(household=adult.household, first=today, quotient_familial=500)
        row.source, row.written_at = "proof", tenant.now()
        await means.write(row)
    clock.move(days=364)
    await town.work()
    with town.here() as tenant:
        after = await means.on(adult.household, tenant.now().date())
        waiting = await Claim.objects().where(Claim.state == "waiting")

    assert january == []
    assert asked == [200, 200], "the one that failed, and the one that did not"
    assert known is not None
    assert known.quotient_familial == 990
    assert "990" in (await town.mail(ANNE))[-1].text
    assert after is not None
    assert (after.quotient_familial, after.source) == (500, "proof")
    assert [one.quotient_familial for one in waiting] == [990]
    state.asked()
    with town.here() as tenant:
        assert await consents.withdraw(adult.account, "particulier.quotient", tenant.now())
    clock.move(days=365)
    await town.work()
    assert state.asked() == [], "nobody is asked about who changed their mind"


async def test_a_child_s_school_is_asked_by_a_parent_alone(
    communes: Communes, state: ApiParticulier
) -> None:
    town = communes.alpha
    browser = await a_family(town)
    other = await a_family(town, "alex@example.test")

    stranger = await other.post(f"{PAGE}/schooling", data={"child": "1", "sex": "F", "agree": "on"})
    done = await browser.post(f"{PAGE}/schooling", data={"child": "1", "sex": "F", "agree": "on"})

    assert stranger.status_code == 404
    assert done.headers["location"] == PAGE
    assert "Inscrit à l’école" in (await browser.get(PAGE)).text
    assert [one["path"] for one in state.asked()] == ["/v4/men/scolarites/identite"]
    with town.here():
        assert len(await asking.of_child(1)) == 1


async def test_franceconnect_s_token_serves_once_and_is_kept_nowhere(
    communes: Communes, state: ApiParticulier, clock: FrozenClock
) -> None:
    town = communes.alpha
    browser = await a_family(town)
    adult = await adult_of(town, ANNE)
    with standing() as idp:
        idp.clock(clock().timestamp())
        client = f"client-{town.slug}"
        file = town.app.platform.folder / f"{town.slug}.toml"
        file.write_text(
            f'{file.read_text()}\n[franceconnect]\non = true\nclient = "{client}"\n'
            f'secret = "{secret_of(client)}"\nissuer = "{idp.issuer}"\n'
        )

        async def goes(person: str) -> tuple[str, httpx.Response]:
            page = await browser.post(f"{PAGE}/quotient/franceconnect", data={"agree": "oui"})
            way = page.text.partition("url=")[2].partition('"')[0].replace("&amp;", "&")
            back = httpx.URL(idp.signs_in(way, person)).raw_path.decode()
            return way, await browser.get(back)

        way, unlinked = await goes("angela")
        early = state.asked()
        page = await browser.post("/compte/connexion/identite", data={})
        link = page.text.partition("url=")[2].partition('"')[0].replace("&amp;", "&")
        await browser.get(httpx.URL(idp.signs_in(link, "angela")).raw_path.decode())
        _, done = await goes("angela")
        _, another = await goes("melaine")
        (asked,) = state.asked()

    assert "cnaf_quotient_familial" in way
    assert "cnaf" not in link, "signing in asks for no more than before"
    assert unlinked.headers["location"] == "/compte/connexion"
    assert (early, another.headers["location"]) == ([], "/compte/connexion")
    assert done.headers["location"] == PAGE
    assert asked["path"] == "/v3/dss/quotient_familial/france_connect"
    with town.here():
        (seen,) = await asking.usable(adult.household, "quotient")
        assert seen.facts["value"] == 640
        tables = Account, Session, StateIdentity, Job, Message, JournalLine, Consent, StateEvidence
        held = repr([await one.select() for one in tables])
    assert asked["token"] not in held
