"""Figures of commissions: exact for the town hall, for nobody else; the printed inventory hides few."""

import csv
import io
import itertools
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import cast

from tests.creche.builders import a_facility, a_quartier, an_application
from tests.creche.decided import Asks, a_decided_commission, some_files
from tests.creche.test_deciding import decided

from ribambelle.identity import Grant
from ribambelle.identity.accounts import known_roles
from ribambelle.identity.tables import Account
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle_creche import offering
from ribambelle_creche.domain.age import AgeLimits
from ribambelle_creche.domain.dossier import Entry, Resources, Situation, Week
from ribambelle_creche.domain.streets import key_of
from ribambelle_creche.pages import statistics_admissions, statistics_supply
from ribambelle_creche.queries import admission_figures as figures
from ribambelle_creche.queries import statistics
from ribambelle_creche.tables import Application, Capacity, Contract, Facility, Offer, Street

NUMBERS = itertools.count()
URL = "/bureau/creche/statistiques/admissions"


async def table(town: Town, name: str) -> dict[str, list[str]]:
    browser = await town.staff(email=f"{name}{next(NUMBERS)}@example.test")
    answer = await browser.get(f"{URL}/export/csv?table={name}")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    return {row[0]: row[1:] for row in rows[1:]}


async def test_each_table_counts_what_the_commission_did(communes: Communes) -> None:
    town = communes.alpha
    with town.here() as tenant:
        lilas, roses = await a_facility("Les Lilas", places=10), await a_facility("Les Roses")
        first = await some_files(lilas, [90, 80], need=1)
        poor = await an_application(
            *(lilas, roses),
            state="complete",
            resources=Resources(quotient_familial_cents=60_000),
            situation=Situation("job_seeking"),
        )
        none = await an_application(lilas, state="complete")
        await a_decided_commission(
            town,
            {lilas: {"mon-am": 2, "tue-am": 1}, roses: 1},
            [*first, Asks(poor, 60, (lilas, roses), (1023, 1)), Asks(none, 10, (lilas,), (5,))],
            held=datetime(2026, 11, 26, tzinfo=UTC),
        )
        await Capacity.insert(
            Capacity(
                **{"facility": lilas, "age_group": "babies", "weekday": 0, "half": "am"},
                **{"places": 10, "free": 2, "changed_at": tenant.now()},
            )
        )
        for one in (first[0].application, poor):
            there = {"slots": 1, "first": tenant.now().date()}
            await Contract.insert(Contract(facility=lilas, application=one, **there))
        await Offer.update({Offer.state: "accepted", Offer.live_for: None}).where(
            Offer.application == first[0].application
        )
        await Offer.update(
            {Offer.state: "declined", Offer.live_for: None, Offer.answered_at: tenant.now()}
        ).where(Offer.application == poor)

    with town.here() as tenant:
        panels = await statistics_admissions.panels_of(tenant, tenant.now())
    assert {one.code for one in panels if not one.bars} == set()  # each table has its chart
    assert (await table(town, "satisfaction"))["Entrées d’hiver"] == [
        *("4", "3", "75", "2", "3", "3", "0", "0", "0")
    ]
    assert (await table(town, "offre"))["Les Lilas"][1:] == [
        *("10", "1,0", "0,8", "0,2", "8", "80", "")
    ]
    by_profile = await table(town, "satisfaction-profils")
    assert by_profile["QF jusqu’à 700"] == ["1", "1", "100", "0", "1", "1", "0"]
    assert by_profile["Parent seul"] == ["4", "3", "75", "2", "3", "3", "0"]
    assert (await table(town, "demi-journees"))["Les Lilas"][0] == "2,0"
    asked = await table(town, "demande")
    assert (asked["Accueil régulier"], asked["QF jusqu’à 700"][0]) == (["4", "4,0"], "1")
    told = await table(town, "equite")
    assert told["QF jusqu’à 700"] == ["1", "1", "100"]
    assert told["Parent seul"] == ["4", "3", "75"]
    assert (await table(town, "inutilisees"))["Les Lilas, bébés"][:2] == ["1", "1"]
    assert (await table(town, "flux"))["novembre 2026"] == ["4", "0", "1", "0", "0"]
    # place told at once, entry in forty days
    assert (await table(town, "delai"))["Sans quartier"][:2] == ["0", "40"]
    assert (await table(town, "delai-ages"))["Bébés"][:2] == ["0", "40"]
    assert await table(town, "avip") == {"Les Lilas": ["2", "1", "50"]}
    assert (await (await town.staff(email="x@example.test")).get(f"{URL}/export/xlsx")).content[
        :2
    ] == b"PK"


async def test_what_is_asked_for_a_month_is_set_over_what_is_free_then(
    communes: Communes, clock: FrozenClock
) -> None:
    """Two ask, one for January and one for May; a child leaves in April: its place is May's."""
    town = communes.alpha
    with town.here() as tenant:
        today = tenant.now().date()
        lilas = await a_facility("Les Lilas", places=10)
        for month in (1, 5):
            entry = Entry(start_on=date(2027, month, 4))
            await an_application(lilas, state="complete", entry=entry, week=Week(wished=1))
        cell = {"facility": lilas, "age_group": "babies", "weekday": 0, "half": "am"}
        await Capacity.insert(Capacity(**cell, places=10, free=1, changed_at=tenant.now()))
        stays = {"facility": lilas, "slots": 1, "first": today, "born_on": date(2026, 10, 1)}
        await Contract.insert(Contract(**stays, last=date(2027, 4, 30)))

    told = await table(town, "pression-mois")

    assert told == {"janvier 2027": ["0,1", "0,1", "1,0"], "mai 2027": ["0,1", "0,2", "0,5"]}
    with town.here() as tenant:
        supply = (await statistics.supply())[0].free
        ahead = await statistics.supply_on([date(2027, 5, 1)], today, AgeLimits())
    assert (supply, ahead[date(2027, 5, 1)][0].free) == (1, 2)  # over today's, May would say one


async def test_days_and_months_are_those_of_the_commune_s_clocks(communes: Communes) -> None:
    """Half past midnight on 1 December is still November in London."""
    town = communes.alpha
    with town.here() as tenant:
        file = await an_application(state="complete")
        at = datetime(2026, 12, 1, 0, 30, tzinfo=tenant.zone)
        await Application.update({Application.submitted_at: at, Application.complete_at: at}).where(
            Application.id == file
        )

        months = await figures.flow(datetime(2026, 6, 1, tzinfo=UTC))
        (waits,) = await figures.waiting()

    assert at.astimezone(UTC).month == 11
    assert {month: counts["requests"] for month, counts in months.items()} == {"2026-12": 1}
    assert waits.complete == date(2026, 12, 1)


async def test_a_family_called_after_the_commission_is_served_too(
    communes: Communes, clock: FrozenClock
) -> None:
    """Three ask for one place: the first declines, the second is called and accepts."""
    town = communes.alpha
    await decided(town, clock)
    before = await table(town, "satisfaction")
    for answer in ("decline", "accept"):
        with town.here() as tenant:
            (live,) = await Offer.objects(Offer.facility).where(Offer.state == "live")
            clock.move(days=2)
            if answer == "decline":
                await offering.decline(tenant, live, 1, "office", clock())
            else:
                await offering.accept(live, 1, "office", clock())
        await town.work()
    after = await table(town, "satisfaction")
    with town.here():
        waits = sorted((one.decided, one.entry is not None) for one in await figures.waits())

    assert [line[1:3] + line[-1:] for line in before.values()] == [["1", "33", "0"]]
    assert [line[1:3] + line[-1:] for line in after.values()] == [["2", "67", "1"]]
    assert [is_in for _, is_in in waits] == [False, True]
    assert waits[0][0] < waits[1][0]
    equity = await table(town, "equite")
    assert {line[1] for line in equity.values() if line[0] == "3"} == {"2"}


async def test_only_the_town_hall_reads_them_and_its_own(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        lilas = await a_facility()
        await a_decided_commission(town, {lilas: 1}, await some_files(lilas, [60]))
    director = await town.staff(
        Grant("creche_manager", f"creche.facility:{lilas}"), email="d@a.test"
    )

    for path in (URL, f"{URL}/export/csv?table=equite", "/bureau/creche/statistiques/besoins"):
        assert (await director.get(path)).status_code == 403
        assert (await (await town.family()).get(path)).status_code == 403
    other = await (await communes.beta.staff()).get(URL)
    assert "Entrées d’hiver" not in other.text


async def test_no_other_role_and_no_program_is_given_a_table_of_them(communes: Communes) -> None:
    """They hide no small count: nobody but the town hall is handed one, by page, file or API."""
    town = communes.alpha
    with town.here() as tenant:
        lilas = await a_facility()
        await a_decided_commission(town, {lilas: 1}, await some_files(lilas, [60]))
        known = known_roles().values()
        codes = [one.code for one in await statistics_admissions.panels_of(tenant, tenant.now())]
    limits = {"creche.facility": f"creche.facility:{lilas}", "creche.desk": "creche.desk:1"}
    others = [
        Grant(one.code, limits.get(one.scope, f"{one.scope}:1" if one.scope else ""))
        for one in known
        if one.code not in ("agent", "admin")
    ]
    files = [f"{URL}/export/csv?table={code}" for code in codes] + [f"{URL}/export/xlsx"]
    visitor = town.visitor()

    assert len(codes) > 10
    assert {"partner", "caf_operator", "creche_manager", "creche_desk"} <= {
        one.role for one in others
    }
    for rank, grant in enumerate(others):
        browser = await town.staff(grant, email=f"r{rank}@example.test")
        answers = {(await browser.get(path)).status_code for path in (URL, *files)}
        assert answers <= {403, 404}, grant
    assert {(await visitor.get(path)).status_code for path in files} == {303}
    paths = (await visitor.get("/api/v1/openapi.json")).json()["paths"]
    assert paths
    assert [path for path in paths if "statisti" in path or "/creche" in path] == []
    agent = await town.staff(email="agent@example.test")
    assert {(await agent.get(path)).status_code for path in files} == {200}  # the twin of the guard


async def test_places_are_told_for_a_hundred_children_under_three_with_their_source(
    communes: Communes,
) -> None:
    town, url = communes.alpha, "/bureau/creche/statistiques/moins-de-trois-ans"
    with town.here():
        centre, gare = await a_quartier("Centre"), await a_quartier("Gare")
        lilas = await a_facility("Les Lilas", places=30)
        await Facility.update({Facility.address: "4 rue des Lilas"}).where(Facility.id == lilas)
        await Street.insert(
            Street(
                name="rue des Lilas", folded=key_of("rue des Lilas"), quartier=centre, iris="Decré"
            )
        )
    agent = await town.staff()
    typed = {"counted_on": "2026-01-01", "source": "INSEE 2022", f"enfants-{centre}": "80"}

    wrong = await agent.post(url, data={**typed, f"enfants-{gare}": "beaucoup"})
    ahead = await agent.post(url, data={**typed, "counted_on": "2027-01-01"})
    part = await agent.post(url, data=typed)
    only = await table(town, "couverture")
    await agent.post(url, data={**typed, f"enfants-{gare}": "40"})
    whole = await table(town, "couverture")
    await agent.post(url, data={**typed, "iris-1": "40"})
    finer = await table(town, "couverture-iris")

    assert [one.status_code for one in (wrong, ahead, part)] == [422, 422, 303]
    assert 'value="beaucoup"' in wrong.text
    assert only == {"Centre": ["30", "80", "37,5", "01/01/2026", "INSEE 2022"]}
    assert finer == {"Decré": ["30", "40", "75,0", "01/01/2026", "INSEE 2022"]}
    assert whole["Gare"][:3] == ["0", "40", "0,0"]
    assert whole["Ville"][:3] == ["30", "120", "25,0"]
    assert (await (await town.family()).get(url)).status_code == 403
    assert "INSEE 2022" not in (await (await communes.beta.staff()).get(url)).text


async def test_the_inventory_that_is_printed_hides_small_counts(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        lilas = await a_facility(places=30)
        await some_files(lilas, [60, 50])

    page = await (await town.staff()).get("/bureau/creche/statistiques/besoins")

    assert "L. 214-1-3" in page.text
    assert "masqué" in page.text
    assert '<td class="n">30</td>' in page.text


async def test_places_are_told_by_half_day_by_age_and_by_manager_with_the_rule_they_pass(
    communes: Communes,
) -> None:
    """R. 2324-27 CSP: 12 children at once in 10 authorised places are 120 %, above 115 %."""
    town = communes.alpha
    with town.here() as tenant:
        lilas, roses = (
            await a_facility("Les Lilas", places=10),
            await a_facility("Roses", places=30),
        )
        for facility, name in ((lilas, "Ville"), (roses, "VILLE")):
            await Facility.update({Facility.manager: name}).where(Facility.id == facility)
        for facility, group, places, free in ((lilas, "babies", 12, 0), (roses, "older", 20, 5)):
            row = Capacity(facility=facility, age_group=group, weekday=0, half="am")
            row.places, row.free, row.changed_at = places, free, tenant.now()
            await Capacity.insert(row)

        await an_application(lilas, state="complete")  # a baby, ten half-days, of no quartier
    by_age = await table(town, "pression-ages")
    assert by_age == {"Centre": ["0", "0", "0,0"], "Sans quartier": ["1,0 pour 0", "0", "0"]}
    assert (await table(town, "offre"))["Les Lilas"][-3:] == ["12", "120", "pic"]
    managers = await table(town, "offre-gestionnaires")
    assert managers == {"Ville": ["2", "40", "3,2", "2,7", "0,5", "7", "68", ""]}
    assert (await table(town, "offre-ages"))["Bébés, lundi matin"] == ["12", "12", "0"]
    half_days = await table(town, "offre-demi-journees")
    assert half_days["Lundi matin"] == ["40", "32", "27", "5", "68"]
    assert half_days["Lundi après-midi"] == ["40", "0", "0", "0", "0"]
    assert (await table(town, "offre-creches-demi-journees"))["Roses"][:3] == ["30", "15 / 20", ""]


async def test_a_family_that_withdraws_may_say_where_it_goes_and_the_town_hall_counts_it(
    communes: Communes,
) -> None:
    town = communes.alpha
    browser = await town.family("anne@example.test")
    with town.here():
        account = await Account.select(Account.id).first()
        assert account
        mine = await an_application(account=account["id"], state="complete")
        silent = await an_application(account=account["id"], state="complete")
        counter = await an_application(state="complete")
    page = (await browser.get(f"/creche/demandes/{mine}/retirer")).text
    agent = await town.staff(email="counter@example.test")

    await browser.post(f"/creche/demandes/{mine}/retirer", data={"left_for": "childminder"})
    await browser.post(f"/creche/demandes/{silent}/retirer", data={"left_for": "par dépit"})
    act = {"act": "withdraw", "left_for": "moving"}
    at_counter = await agent.post(f"/bureau/creche/demandes/{counter}/etat", data=act)

    assert at_counter.status_code == 303
    assert "Une assistante maternelle" in page
    assert "Vous pouvez ne pas répondre" in page
    assert await table(town, "departs") == {
        "Une assistante maternelle": ["1"],
        "Un déménagement": ["1"],
        "Pas dit": ["1"],
    }


async def test_freshness_tells_how_many_files_are_complete(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        await an_application(state="complete")
        await an_application(state="submitted")
    agent = await town.staff()

    answer = await agent.get("/bureau/creche/statistiques/export/csv?table=fraicheur")
    page = (await agent.get("/bureau/creche/statistiques")).text

    assert "Moins de 3 mois;2;1" in answer.content.decode("utf-8-sig")
    assert "dont complètes et confirmées" in page


async def test_children_are_counted_and_not_files_nor_contracts(communes: Communes) -> None:
    """Twins have one file and are two; a child with a lasting place and an urgent one is there once."""
    town = communes.alpha
    with town.here() as tenant:
        lilas, today = await a_facility("Les Lilas"), tenant.now().date()
        one = await an_application(lilas, state="complete")
        twins = await an_application(lilas, state="complete")
        await Application.update({Application.children: 2}).where(Application.id == twins)
        for slots in (1, 2):
            row = Contract(facility=lilas, application=one, slots=slots, first=today)
            row.child_name = "Una"
            await Contract.insert(row)
        first, there = await figures.first_wishes(), await figures.present(today)
        children = sum(counted.children for counted in await statistics.demand())

    assert set(first[lilas].values()) == {children}
    assert [facility for facility, _ in there] == [lilas]


def test_the_fullest_half_days_are_those_with_the_largest_part_taken() -> None:
    """A large crèche at 40 of 60 is less full than a small one at 9 of 10."""
    cells = {
        1: {("babies", 0, "am"): (60, 20)},
        2: {("babies", 0, "am"): (10, 1)},
    }
    facilities = [
        SimpleNamespace(id=1, name="Grande", places=60),
        SimpleNamespace(id=2, name="Petite", places=10),
    ]

    panel = statistics_supply.by_facility_and_half_day(cast("list[Facility]", facilities), cells)

    assert [bar[0] for bar in panel.bars] == ["Petite, lundi matin", "Grande, lundi matin"]
