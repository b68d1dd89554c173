"""No order of events shows one parent's address, income, documents or invoices to the other."""

import pytest
from tests.proofs.separating import (
    EVENTS,
    a_couple,
    are_apart,
    billed,
    counted,
    filed,
    gave,
    invited,
    leaks,
    moved,
    named,
    parted,
)

from ribambelle.documents import queries
from ribambelle.privacy import holdings
from ribambelle.testing import Communes, Town
from ribambelle_creche.queries import applications
from ribambelle_paiement_tresor.queries import mine
from ribambelle_periscolaire.queries import means
from ribambelle_periscolaire.tables import Claim

LONG = 14
"""Events in one story."""


async def stories(town: Town, numbers: range) -> tuple[list[str], int]:
    """Live some stories, and return what leaked and how often the two were found apart."""
    found, apart = [], 0
    for number in numbers:
        couple = await a_couple(town, number)
        for turn in range(LONG):
            event, who = couple.draw.choice(EVENTS), couple.draw.choice(couple.both)
            couple.told.append(f"{who.name} {event.__name__}")
            await event(couple, who)
            if turn in (LONG // 2, LONG - 1):
                apart += await are_apart(couple)
                found += [
                    f"{number}: {one} after {couple.told}"
                    for one in await leaks(couple, copies=turn == LONG - 1)
                ]
    return found, apart


@pytest.mark.asvs("8.2.3")
async def test_a_parent_who_lives_elsewhere_reads_nothing_of_the_other(communes: Communes) -> None:
    found, apart = await stories(communes.alpha, range(3))

    assert found == []
    assert apart >= 3


@pytest.mark.slow
async def test_nor_in_thirty_stories(communes: Communes) -> None:
    found, apart = await stories(communes.alpha, range(100, 130))

    assert found == []
    assert apart >= 30


async def test_a_file_that_stays_behind_is_seen(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: the files of who moves out stay in the household they leave."""

    async def stays(told: object) -> None: ...

    monkeypatch.setattr(applications, "follow", stays)
    couple = await a_couple(communes.alpha, 1)
    await invited(couple, couple.anne, "oui")
    await filed(couple, couple.anne)

    await parted(couple, couple.anne, couple.anne)

    assert await leaks(couple)


async def test_papers_shown_to_a_whole_household_are_seen(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: a paper opens for any family."""
    monkeypatch.setattr(queries, "_may_see", lambda person, document: True)
    couple = await a_couple(communes.alpha, 1)
    await gave(couple, couple.anne)

    assert await leaks(couple)


async def test_an_invoice_open_to_any_family_is_seen(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: an invoice opens for whoever has its address."""

    async def anybody(person: object, number: int) -> object:
        return await mine.one(number)

    monkeypatch.setattr(mine, "of_person", anybody)
    couple = await a_couple(communes.alpha, 1)
    await billed(couple, couple.anne)

    assert await leaks(couple)


async def test_a_quotient_told_to_any_home_is_seen(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: the page of the quotient shows the last one told, whosever it is."""

    async def any_home(household: int) -> list[Claim]:
        claims = await Claim.select(Claim.household)
        return [one for row in claims for one in await told(row["household"])]

    told = means.claims
    monkeypatch.setattr(means, "claims", any_home)
    couple = await a_couple(communes.alpha, 1)
    await named(couple, couple.alex)
    await moved(couple, couple.alex)
    await counted(couple, couple.anne)

    assert await leaks(couple)


async def test_an_export_that_shuts_nobody_out_is_seen(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: a row of the child is taken for the family's, whoever else it leads to."""
    monkeypatch.setattr(holdings, "_not_others", lambda *given: None)

    couple = await a_couple(communes.alpha, 1)
    await invited(couple, couple.anne, "oui")
    await parted(couple, couple.anne, couple.alex)
    await billed(couple, couple.anne)
    await filed(couple, couple.anne)

    assert any("la copie de ses données" in one for one in await leaks(couple, copies=True))
