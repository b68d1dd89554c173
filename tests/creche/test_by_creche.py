"""Lists of a hundred crèches are read thirty at a time, by name, quartier and age."""

from litestar import Request
from tests.creche.admission.commissions import a_file

from ribambelle_creche.domain.admission import Application, Option, Snapshot, propose
from ribambelle_creche.domain.published import CutOff
from ribambelle_creche.domain.week import days
from ribambelle_creche.pages import commission_sections, thresholds_table
from ribambelle_creche.pages.by_creche import Filters, Viewed, filters_of
from ribambelle_creche.pages.commission_sections import VIEWS, CrecheRow
from ribambelle_creche.pages.thresholds_table import Table
from ribambelle_creche.queries.facilities import Whereabouts

PLACES = {
    number: Whereabouts(f"Crèche {number:03}", 1 + number % 2, ("Gare", "Centre")[number % 2])
    for number in range(1, 71)
}
WEEK = days(saturday=False)


def asking(query: str) -> Filters:
    scope = {"type": "http", "query_string": query.encode(), "headers": [], "path": "/"}
    return filters_of(Request(scope), VIEWS)  # type: ignore[arg-type]  # what a filter reads of it


def table(query: str = "", facility: int = 0) -> Table:
    """Seventy crèches with places for babies, and one in ten for older children."""
    rows = [
        CutOff(number, group, "mon-am", 6, 5, None)
        for number in PLACES
        for group in ("babies", "older")
        if group == "babies" or not number % 10
    ]
    return thresholds_table.laid_out(rows, PLACES, WEEK, asking(query), facility)


def lists(query: str = "") -> Viewed[CrecheRow]:
    """Seventy crèches with one place of babies, which two ask for in the first ten."""

    def asks(number: int, child: int) -> Application:
        option = Option(f"{number}/babies/0", str(number), {f"{number}/babies/mon-am": 1})
        return a_file(f"C-{number}-{child}", 9 - child, option)

    files = tuple(asks(number, child) for number in PLACES for child in range(1 + (number <= 10)))
    given = Snapshot({f"{number}/babies/mon-am": 1 + (number > 60) for number in PLACES}, files)
    return commission_sections.laid_out(given, propose(given), {}, PLACES, asking(query))


def names(found: Table | Viewed[CrecheRow]) -> list[str]:
    return [one.where.name for one in found.listed]


def test_every_creche_is_on_one_page_and_only_one() -> None:
    for laid_out in (table, lists):
        read = [name for page in range(3) for name in names(laid_out(f"page={page}"))]

        assert read == sorted(where.name for where in PLACES.values())
        assert [len(laid_out(f"page={page}").listed) for page in range(3)] == [30, 30, 10]


def test_the_pages_before_and_after_keep_what_was_asked() -> None:
    first, last, total, before, after = lists("quartier=1&nom=creche&page=0").around

    assert (first, last, total, before) == (1, 30, 35, None)
    assert after == "?nom=creche&quartier=1&page=1#t-listes"
    assert lists(after[1:].partition("#")[0]).around[:3] == (31, 35, 35)


def test_a_name_is_found_without_its_accents_and_an_age_leaves_the_other_sections_out() -> None:
    assert names(table("nom=CRECHE+07")) == ["Crèche 070"]
    assert [len(one.lines) for one in table("age=older").every] == [2] * 7
    assert {len(one.lines) for one in table("age=babies").every} == {2}
    assert [len(one.lines) for one in table("nom=010").every] == [4]
    assert lists("age=older").every == []


def test_one_creche_is_shown_whatever_is_asked_and_few_are_open() -> None:
    assert names(table("nom=nulle+part", facility=7)) == ["Crèche 007"]
    assert table("", facility=7).is_open
    assert not table().is_open


def test_views_count_the_creches_where_somebody_waits_or_a_place_is_free() -> None:
    assert [count for *_, count, _ in lists().tabs] == [70, 10, 10]
    assert names(lists("vue=attente")) == [PLACES[number].name for number in range(1, 11)]
    assert names(lists("vue=libres")) == [PLACES[number].name for number in range(61, 71)]
    assert [count for *_, count, _ in lists("quartier=1").tabs] == [35, 5, 5]


def test_an_address_that_makes_no_sense_shows_the_whole_list() -> None:
    for query in ("page=-1", "quartier=x&age=elder&vue=nothing", "page=%C2%B2", "nom=+"):
        assert table(query).around[:3] == (1, 30, 70)
    assert table("page=9999").around[:3] == (61, 70, 70)
