"""What a childminder costs a family: the page of the rule, and the page families read."""

import re
from datetime import date
from html import unescape
from pathlib import Path

from ribambelle.testing.communes import Communes
from ribambelle_assmat.domain.cost import Care, on, price
from ribambelle_assmat.pricing import shipped

PAGE = (Path(__file__).parents[2] / "docs/rules/cout-de-garde.md").read_text("utf-8")
HERE = "/cout-de-garde"


def in_cents(told: str) -> int:
    return int(told.replace(",", ""))


def day_of(told: str) -> date:
    day, month, year = told.split("/")
    return date(int(year), int(month), int(day))


def plain(page: str) -> str:
    """Return the words of a page."""
    return re.sub(r"[\s\u00a0\u202f]+", " ", re.sub("<[^>]+>", " ", unescape(page)))


def test_the_page_of_the_rule_says_the_figures_and_the_prices_of_the_code():
    lines = re.findall(r"^\| (\d\d/\d\d/\d{4}) \| (.+) \|$", PAGE, re.MULTILINE)
    rows = [(day_of(day), rest.split(" | ")) for day, rest in lines]
    figures = [(day, *map(in_cents, rest)) for day, rest in rows if len(rest) == 4]
    worked = [(day, rest) for day, rest in rows if len(rest) == 8]

    assert figures == [
        (one.valid_from, one.reference, one.hourly_ceiling, one.floor, one.ceiling)
        for one in shipped()
    ]
    assert len(worked) == 6
    for day, (children, aeeh, income, hours, *amounts) in worked:
        hourly, *told = map(in_cents, amounts)
        care = Care(int(income) * 100, int(children), int(hours), hourly, int(aeeh))
        found = price(on(shipped(), day), care)
        assert [found.cost, found.cmg, found.pays] == told, (day, care)


async def test_a_family_compares_creche_and_childminder_and_a_missing_mode_is_said(
    communes: Communes,
) -> None:
    town = communes.alpha
    visitor = town.visitor()

    found = (await visitor.get(f"{HERE}?ressources=3000&heures=125")).text
    wrong = await visitor.get(f"{HERE}?ressources=beaucoup&salaire=900&aeeh=2")
    dear = unescape((await visitor.get(f"{HERE}?ressources=3000&heures=100&salaire=9")).text)

    text = plain(found)
    # 3 000 € and one child: 1,86 € an hour at the crèche, 125 hours; 4,91 € is the price of reference
    assert "Crèche collective et micro-crèche 1,86 € 232,50 €" in text
    assert "Chiffres du 1er septembre 2025" in text and "Chiffres du 1er avril 2026" in text
    assert "Pas encore comparé au texte officiel" in text and "Plafond horaire" in text
    assert (wrong.status_code, wrong.text.count("Écrivez un"), "C’est plus" in wrong.text) == (
        *(422, 4),
        True,
    )
    assert "Compté par la CAF" in dear
    assert HERE in (await visitor.get("/creche/tarif")).text
    file = town.tenant.platform.folder / "alpha.toml"
    file.write_text(file.read_text().replace('"assmat"', "").replace("[, ", "["))
    alone = plain((await visitor.get(f"{HERE}?ressources=3000")).text)
    assert "Assistantes maternelles : la ville ne donne pas ce prix ici" in alone
