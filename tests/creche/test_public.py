"""The public list of crèches: complete, filtered on the server, light, and the commune's own."""

import gzip
import re

from ribambelle.identity.tables import Quartier
from ribambelle.testing import Communes, Town
from ribambelle_creche.domain.week import DAYS, HALVES
from ribambelle_creche.tables import Capacity, Facility


async def quartier(name: str) -> int:
    row = Quartier(name=name, folded=name.lower())
    return int((await Quartier.insert(row).returning(Quartier.id))[0]["id"])


async def facility(
    name: str,
    where: int | None,
    at: tuple[int, int] | None = (47_200_000, -1_550_000),
    kind: str = "municipal",
) -> int:
    latitude, longitude = at or (None, None)
    row = Facility(
        name=name,
        folded=name.lower(),
        kind=kind,
        quartier=where,
        places=30,
        latitude=latitude,
        longitude=longitude,
        import_key=name.lower(),
    )
    return int((await Facility.insert(row).returning(Facility.id))[0]["id"])


async def seen(town: Town, query: str = "") -> list[str]:
    page = await town.visitor().get(f"/creche?{query}")
    return re.findall(r'<h3><a href="/creche/etablissements/\d+">([^<]+)</a>', page.text)


async def test_a_creche_without_coordinates_is_in_the_list(communes: Communes) -> None:
    with communes.alpha.here():
        centre = await quartier("Centre")
        await facility("Les Lilas", centre)
        await facility("Nulle Part", centre, at=None)

    page = await communes.alpha.visitor().get("/creche")

    assert await seen(communes.alpha) == ["Les Lilas", "Nulle Part"]
    assert page.text.count('aria-label="1 : Les Lilas"') == 1
    assert "2 : Nulle Part" not in page.text


async def test_filters_are_kept_by_the_server(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        centre, gare = await quartier("Centre"), await quartier("Gare")
        await facility("Les Lilas", centre)
        await facility("Les Roses", gare, at=(47_205_000, -1_550_000))
        await facility("Les Tulipes", gare, at=(47_260_000, -1_550_000), kind="micro")

    assert await seen(town, f"quartier={gare}") == ["Les Roses", "Les Tulipes"]
    assert await seen(town, "type=micro") == ["Les Tulipes"]
    assert await seen(town, f"autour={centre}") == ["Les Lilas", "Les Roses", "Les Tulipes"]
    assert await seen(town, f"autour={centre}&distance=1000") == ["Les Lilas", "Les Roses"]
    assert len(await seen(town, "quartier=x&type=<b>&page=-1")) == 3


async def test_a_filter_that_keeps_nothing_says_the_way_out(communes: Communes) -> None:
    page = await communes.alpha.visitor().get("/creche?type=micro")

    assert "voyez toutes les crèches" in page.text


async def test_the_label_is_green_only_where_there_is_room(communes: Communes) -> None:
    town = communes.alpha
    with town.here() as tenant:
        one = await facility("Les Lilas", await quartier("Centre"))
        assert "demi-journées libres" not in (await town.visitor().get("/creche")).text
        cell = Capacity(
            facility=one,
            age_group="babies",
            weekday=2,
            half="am",
            places=4,
            free=1,
            changed_at=tenant.now(),
        )
        await Capacity.insert(cell)

    assert "Des demi-journées libres : bébés" in (await town.visitor().get("/creche")).text.replace(
        "\u00a0", " "
    )
    sheet = await town.visitor().get(f"/creche/etablissements/{one}")
    assert "mercredi matin" in sheet.text


async def test_the_creches_of_one_commune_are_not_in_another(communes: Communes) -> None:
    with communes.alpha.here():
        one = await facility("Les Lilas", await quartier("Centre"))

    assert await seen(communes.beta) == []
    assert (await communes.beta.visitor().get(f"/creche/etablissements/{one}")).status_code == 404
    assert (await communes.alpha.visitor().get(f"/creche/etablissements/{one}")).status_code == 200


async def test_a_city_of_112_creches_weighs_under_30_kb(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        places = [await quartier(f"Quartier {n}") for n in range(11)]
        for n in range(112):
            where = (47_200_000 + 700 * n, -1_550_000 - 900 * (n % 13))
            await facility(f"Crèche inventée {n}", places[n % 11], at=where)
    browser = town.visitor()

    page = await browser.get("/creche")

    addresses = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page.text))
    weight = len(gzip.compress(page.content))
    for address in addresses:
        weight += len(gzip.compress((await browser.get(address)).content))
    assert len(await seen(town)) == 20
    assert page.text.count("<circle") == 112
    assert len(addresses) <= 9
    assert weight <= 30_000


async def test_half_days_are_said_in_the_language_of_the_reader(communes: Communes) -> None:
    """Each half-day, alone and in a list: an English page says no French day."""
    town = communes.alpha
    with town.here():
        number = await facility("Les Lilas", await quartier("Centre"))
        for weekday, half in ((day, half) for day in range(len(DAYS)) for half in HALVES):
            row = Capacity(facility=number, age_group="babies", weekday=weekday, half=half)
            row.places, row.free, row.changed_at = 8, 2, town.tenant.now()
            await Capacity.insert(row)
        one = Capacity(facility=number, age_group="older", weekday=4, half="pm")
        one.places, one.free, one.changed_at = 8, 1, town.tenant.now()
        await Capacity.insert(one)
    address, visitor = f"/creche/etablissements/{number}", town.visitor()
    french = (await visitor.get(address)).text
    await visitor.post("/langues", data={"langue": "en", "retour": "/"})

    english = (await visitor.get(address)).text
    await visitor.post("/langues", data={"langue": "ar", "retour": "/"})
    arabic = (await visitor.get(address)).text

    assert "lundi matin, lundi après-midi" in french
    assert "Monday morning, Monday afternoon, Tuesday morning" in english
    assert english.count("Friday afternoon") == 2
    days = re.compile("|".join(label for _, _, label in DAYS), re.IGNORECASE)
    assert days.findall(english) == days.findall(arabic) == []
    assert len(days.findall(french)) == 2 * len(DAYS) + 1
