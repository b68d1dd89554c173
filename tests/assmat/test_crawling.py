"""A search engine finds the sheets families may read, those alone, and keeps nobody's search."""

import re
from datetime import timedelta

import pytest
from tests.assmat.builders import CLAIRE, MARIE, NADIA, registered, says
from tests.core.test_answers import for_real

from ribambelle.testing import Communes, Town
from ribambelle.web import crawling
from ribambelle_assmat.pages import browsing
from ribambelle_assmat.queries import published
from ribambelle_assmat.tables import Childminder, Declared

SHEET = "/assmat/fiches/"


async def listed(town: Town) -> list[str]:
    """Return the paths the lists hold, part by part, as a search engine follows them."""
    visitor, found = town.visitor(), list[str]()
    index = await visitor.get("/sitemap.xml")
    assert index.headers["content-type"].startswith("application/xml")
    for part in re.findall("<loc>(.*?)</loc>", index.text):
        answer = await visitor.get(part.replace("&amp;", "&"))
        addresses = re.findall("<loc>(.*?)</loc>", answer.text)
        assert answer.status_code == 200 and addresses, part
        assert all(one.startswith(town.tenant.url("/")) for one in addresses)
        found += [one.removeprefix(town.tenant.url("/")[:-1]) for one in addresses]
    return found


async def test_a_sheet_is_listed_while_families_may_read_it(communes: Communes) -> None:
    """Hidden, ended, gone or no more agreed to: out of the list and 404 the moment it is so."""
    town, other = communes.alpha, communes.beta
    with town.here() as tenant:
        who = await registered(NADIA, CLAIRE, MARIE)
        nadia, claire, marie = who["Nadia"], who["Claire"], who["Marie-Lou"]
        await says(nadia)
        await says(claire)
        assert f"{SHEET}{marie}" not in await listed(town)  # she never agreed
        before = tenant.now().date() - timedelta(days=1)
    ways = (
        (Childminder, {Childminder.is_hidden: True}, {Childminder.is_hidden: False}),
        (Childminder, {Childminder.last: before}, {Childminder.last: before.replace(year=2099)}),
        (Childminder, {Childminder.status: "suspended"}, {Childminder.status: "active"}),
        (Childminder, {Childminder.gone_at: tenant.now()}, {Childminder.gone_at: None}),
        (Declared, {Declared.is_listed: False}, {Declared.is_listed: True}),
    )
    for table, off, on in ways:
        whose = table.id == nadia if table is Childminder else Declared.childminder == nadia
        with town.here():
            await table.update(off).where(whose)
        assert [one for one in await listed(town) if SHEET in one] == [f"{SHEET}{claire}"]
        assert (await town.visitor().get(f"{SHEET}{nadia}")).status_code == 404
        assert "Nadia" not in (await town.visitor().get("/assmat/communes/autres")).text
        with town.here():
            await table.update(on).where(whose)

        found = await listed(town)
        assert f"{SHEET}{nadia}" in found and len(found) == len(set(found))
    for path in found:
        answer = await town.visitor().get(path)
        assert answer.status_code == 200 and "x-robots-tag" not in answer.headers, path
    assert not any(SHEET in one for one in await listed(other))


async def test_what_a_plugin_switched_off_would_list_is_not(communes: Communes) -> None:
    town = communes.alpha
    file = town.app.platform.folder / "alpha.toml"
    assert "/assmat" in await listed(town)
    file.write_text(re.sub(r'"assmat",? ?', "", file.read_text("utf-8"), count=1), "utf-8")
    town.app.platform.scan()

    assert not any("assmat" in one for one in await listed(town))
    for wrong in ("assmat.fiches", "inconnue"):
        answer = await town.visitor().get(f"/sitemap.xml?liste={wrong}&partie=0")
        assert answer.status_code == 404


async def test_a_list_is_read_by_parts_and_never_whole(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eleven sheets by parts of four: one row asked for each part, then four at most for each."""
    town, asked = communes.alpha, list[int]()
    with town.here():
        who = await registered(*(NADIA.replace("4401", f"45{rank:02}") for rank in range(11)))
        numbers = [row["id"] for row in await Childminder.select(Childminder.id)]
        for number in numbers:
            await says(number)
        assert len(who) == 1 and len(numbers) == 11
    true = published.numbers

    async def counted(after: int, limit: int, day: object) -> list[int]:
        asked.append(limit)
        return await true(after, limit, day)  # type: ignore[arg-type] # handed on as it came

    monkeypatch.setattr(browsing.published, "numbers", counted)
    monkeypatch.setattr(crawling, "AT_MOST", 4)
    parts = {number // 4 for number in numbers}

    index = (await town.visitor().get("/sitemap.xml")).text
    assert index.count("liste=assmat.fiches") == len(parts)
    assert asked == [1] * (len(parts) + 1)
    found = [one for one in await listed(town) if SHEET in one]

    assert sorted(found) == sorted(f"{SHEET}{number}" for number in numbers)
    assert max(asked) == 4 and asked.count(4) == len(parts)
    for wrong in ("999999", "-1", "x", "99999999999", str(max(parts) + 1)):
        path = f"/sitemap.xml?liste=assmat.fiches&partie={wrong}"
        assert (await town.visitor().get(path)).status_code == 404, wrong


async def test_a_demonstration_asks_search_engines_to_stay_away(communes: Communes) -> None:
    asked = (await communes.beta.visitor().get("/robots.txt")).text
    assert asked == "User-agent: *\nDisallow: /\n"

    town = for_real(communes)
    visitor = town.visitor()
    answer = await visitor.get("/robots.txt", headers={"host": town.host})

    assert answer.headers["content-type"].startswith("text/plain")
    told = f"User-agent: *\nDisallow:\n\nSitemap: {town.tenant.url('/sitemap.xml')}\n"
    assert answer.text == told


async def test_what_is_somebodys_is_never_indexed(communes: Communes) -> None:
    """A search with an address, an income, a page of an account: each says so in its answer."""
    town = communes.alpha
    with town.here():
        who = await registered(NADIA)
        await says(who["Nadia"], "form")
    visitor, family = town.visitor(), await town.family()
    sheet = f"{SHEET}{who['Nadia']}"
    private = (
        *("/assmat?adresse=3+rue+du+Lavoir", "/assmat?vers=3+rue+du+Lavoir", "/assmat/selection"),
        *("/assmat/activation", "/connexion", f"{sheet}/ecrire", "/bureau", "/compte"),
        "/cout-de-garde?ressources=3000&heures=125&salaire=9",
    )
    for path in private:
        assert (await visitor.get(path)).headers["x-robots-tag"] == "noindex", path
    assert (await family.get("/")).headers["x-robots-tag"] == "noindex"
    for path in ("/", "/assmat", "/assmat?page=1", sheet, "/assmat/communes"):
        assert "x-robots-tag" not in (await visitor.get(path)).headers, path

    page = (await visitor.get(sheet)).text
    search = (await visitor.get("/assmat?age=18&page=1")).text

    assert f'<link rel="canonical" href="{town.tenant.url(sheet)}">' in page
    assert re.search(r'<meta name="description" content="Nadia Benali, assistante maternelle', page)
    assert f'<link rel="canonical" href="{town.tenant.url("/assmat")}">' in search


async def test_links_alone_lead_from_the_home_of_a_departement_to_each_sheet(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commune by commune, page by page: each once, and only whom families may read."""
    monkeypatch.setattr(browsing, "SIZE", 2)
    town = communes.alpha
    file = town.app.platform.folder / "alpha.toml"
    told = file.read_text("utf-8").replace("demo = true\n", 'demo = true\ndepartement = "44"\n')
    file.write_text(re.sub(r"(?m)^insee = .*\n", "", told), "utf-8")
    town.app.platform.scan()
    where = (("44400", "Rezé"), ("44700", "Orvault"), ("44800", "Saint-Herblain"))
    lines = [
        NADIA.replace("4401", f"45{rank}{turn}").replace("71880;Alpha", ";".join(commune))
        for rank, commune in enumerate(where)
        for turn in range(3)
    ]
    with town.here():
        await registered(
            *lines, NADIA.replace("Nadia", "Rosa").replace("71880;Alpha", "00000;Ailleurs")
        )
        numbers = [row["id"] for row in await Childminder.select(Childminder.id)]
        for number in numbers[1:]:
            await says(number)
    visitor = town.visitor()
    ahead, read = ["/"], dict[str, str]()

    while ahead:
        path = ahead.pop()
        answer = await visitor.get(path)
        assert answer.status_code == 200, path
        read[path] = answer.text
        for link in re.findall(r'href="(/assmat/(?:communes|fiches)[^"]*|\?[^"]*)"', answer.text):
            found = path.partition("?")[0] + link if link.startswith("?") else link
            if found not in read and found not in ahead and "/communes" in found + path:
                ahead.append(found)

    assert {one for one in read if SHEET in one} == {f"{SHEET}{one}" for one in numbers[1:]}
    assert {"/assmat/communes/44143", "/assmat/communes/autres"} <= read.keys()
    assert [one for one in read if "?depuis=" in one] == ["/assmat/communes?depuis=44143"]
    assert (await visitor.get("/assmat/communes/44109")).status_code == 404
    assert (await communes.beta.visitor().get("/assmat/communes/44143")).status_code == 404
