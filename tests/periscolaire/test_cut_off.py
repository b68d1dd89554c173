"""Delays found in real regulations (features, §5.2), against a second reading of each.

The second reading never uses the rule's own code: a distance for each day of the week, the ISO
week of the calendar, or a list of working days written out.
"""

import re
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from ribambelle.errors import Misconfigured
from ribambelle.plugins import Plugins
from ribambelle.tenants import Platform
from ribambelle.tenants.settings import convert
from ribambelle_periscolaire.domain import cut_off
from ribambelle_periscolaire.domain.calendar import SchoolCalendar, school_calendar
from ribambelle_periscolaire.domain.cut_off import Act, CutOff, allows, closes_at, opens_at
from ribambelle_periscolaire.domain.cut_off_words import told
from ribambelle_periscolaire.settings import Settings

COMMUNES = Path(__file__).parent / "communes"
NOON = time(11, 30)
MON, TUE, WED, THU, FRI = range(5)
SCHOOL = (MON, TUE, THU, FRI)
WEEK = (MON, TUE, WED, THU, FRI)
Reading = Callable[[date], datetime]


@pytest.fixture(scope="module")
def platform(installed: Plugins, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    return Platform(COMMUNES, tmp_path_factory.mktemp("data"), plugins=installed)


def read(platform: Platform, slug: str) -> tuple[dict[str, CutOff], SchoolCalendar]:
    commune = platform.tenant(slug)
    own, file = commune.of(Settings), commune.settings
    calendar = school_calendar(
        file.timezone, file.school_zone, file.school_holidays, file.departement, own.closed
    )
    return {rule.name: rule for rule in own.cut_offs}, calendar


def wall(text: str) -> datetime:
    """An hour of the clock on the town hall's wall, without its zone."""
    return datetime.fromisoformat(text)


def before(distances: dict[int, int], hour: int, minute: int = 0) -> Reading:
    """A distance in days for each day of the week, as a regulation's own table gives it."""

    def reading(day: date) -> datetime:
        eve = day - timedelta(days=distances[day.weekday()])
        return datetime.combine(eve, time(hour, minute))

    return reading


def week_before(weekday: int, hour: int, minute: int = 0) -> Reading:
    """A day of the ISO week before; hour 24 is the end of that day."""

    def reading(day: date) -> datetime:
        year, week, _ = (day - timedelta(days=7)).isocalendar()
        found = date.fromisocalendar(year, week, weekday + 1)
        return datetime.combine(found, time()) + timedelta(hours=hour, minutes=minute)

    return reading


PUBLIC = [(2026, 11, 1), (2026, 11, 11), (2026, 12, 25), (2027, 1, 1), (2027, 3, 29), (2027, 5, 1)]
PUBLIC += [(2027, 5, 6), (2027, 5, 8), (2027, 5, 17), (2027, 7, 14), (2026, 8, 15)]
ALSACE = [*PUBLIC, (2027, 3, 26), (2026, 12, 26)]


def working_days_before(count: int, public: list[tuple[int, int, int]]) -> Reading:
    """A position in the list of all the working days, the public ones struck out by hand."""
    off = {date(*one) for one in public}
    everyday = (date(2026, 7, 1) + timedelta(days=n) for n in range(420))
    working = [day for day in everyday if day.isoweekday() <= 5 and day not in off]

    def reading(day: date) -> datetime:
        earlier = [one for one in working if one < day]
        last = earlier[-count] + timedelta(days=1)
        return datetime.combine(last, time())

    return reading


EVERY_EVE = dict.fromkeys(WEEK, 1)
EVE_OR_FRIDAY = {MON: 3, TUE: 1, WED: 1, THU: 1, FRI: 1}
CRUAS = {MON: 4, TUE: 4, WED: 2, THU: 2, FRI: 2}
REGULATIONS: list[tuple[str, str, Act, tuple[int, ...], Reading]] = [
    ("veyras", "cantine", "add", SCHOOL, week_before(TUE, 23, 59)),
    ("veyras", "cantine", "cancel", SCHOOL, week_before(TUE, 23, 59)),
    ("veyras", "accueil", "add", SCHOOL, before(EVERY_EVE, 18)),
    ("veyras", "tap", "cancel", SCHOOL, before(EVERY_EVE, 17)),
    ("cruas", "mercredi", "add", (WED,), week_before(THU, 12)),
    ("cruas", "accueil", "add", WEEK, before(CRUAS, 12)),
    ("andancette", "cantine", "add", SCHOOL, week_before(FRI, 12)),
    ("andancette", "cantine", "cancel", SCHOOL, before(EVERY_EVE, 12)),
    ("eragny", "cantine", "add", SCHOOL, before(dict.fromkeys(WEEK, 3), 11, 30)),
    ("illkirch", "cantine", "add", SCHOOL, working_days_before(15, ALSACE)),
    ("illkirch", "cantine", "cancel", SCHOOL, working_days_before(16, ALSACE)),
    ("espace-citoyens", "cantine", "add", WEEK, before(EVE_OR_FRIDAY, 9)),
    ("espace-citoyens", "mercredi", "add", (WED,), before({WED: 1}, 9)),
    ("espace-citoyens", "mercredi", "cancel", (WED,), before({WED: 6}, 0)),
    ("clermont", "cantine", "add", WEEK, before(EVE_OR_FRIDAY, 10)),
    ("seilh", "permanent", "add", SCHOOL, week_before(TUE, 24)),
    ("seilh", "certains jours", "cancel", SCHOOL, week_before(TUE, 24)),
    ("seilh", "occasionnel", "add", SCHOOL, week_before(TUE, 24)),
    ("saint-exupery", "cantine", "add", SCHOOL, week_before(THU, 12)),
    ("villeneuve", "cantine", "cancel", SCHOOL, working_days_before(2, PUBLIC)),
]


@pytest.mark.parametrize(("slug", "name", "act", "weekdays", "reading"), REGULATIONS)
def test_each_regulation_closes_when_it_says(
    platform: Platform,
    slug: str,
    name: str,
    act: Act,
    weekdays: tuple[int, ...],
    reading: Reading,
) -> None:
    """Every service of the school year, holidays and bridges included, both changes of clocks."""
    rules, calendar = read(platform, slug)
    year = [date(2026, 9, 1) + timedelta(days=n) for n in range(334)]
    services = [day for day in year if day.weekday() in weekdays]

    found = {day: closes_at(rules[name], act, day, NOON, calendar) for day in services}

    assert {day: at.replace(tzinfo=None) for day, at in found.items()} == {
        day: reading(day) for day in services
    }
    assert {at.tzinfo for at in found.values()} == {calendar.zone}


BY_DATE: list[tuple[str, str, Act, date, datetime]] = [
    # One date for each period.
    ("veyras", "tap", "add", date(2026, 9, 24), wall("2026-08-29")),
    ("veyras", "tap", "add", date(2026, 11, 5), wall("2026-10-17")),
    # Fifteen clear days before the first day of the holidays of zone C: sixteen days back.
    ("eragny", "vacances", "add", date(2026, 10, 19), wall("2026-10-02")),
    ("eragny", "vacances", "add", date(2026, 10, 30), wall("2026-10-02")),
    ("eragny", "vacances", "add", date(2026, 12, 21), wall("2026-12-04")),
    ("eragny", "vacances", "add", date(2027, 2, 10), wall("2027-01-22")),
    ("eragny", "vacances", "add", date(2027, 4, 8), wall("2027-03-19")),
    ("eragny", "vacances", "add", date(2027, 8, 30), wall("2027-06-18")),
    # Three weeks before the holidays of zone B, the whole of that day.
    ("espace-citoyens", "vacances", "add", date(2027, 4, 20), wall("2027-03-28")),
    # The window closes what it opened.
    ("barentin", "vacances", "add", date(2027, 4, 20), wall("2027-03-29 23:00")),
    ("begles", "vacances", "cancel", date(2027, 7, 20), wall("2027-05-30 20:00")),
    # The eve of school is the Friday, and before the holidays the last day of class.
    ("saint-denis", "cantine", "add", date(2026, 9, 7), wall("2026-09-04 10:00")),
    ("saint-denis", "cantine", "add", date(2026, 9, 10), wall("2026-09-08 10:00")),
    ("saint-denis", "cantine", "add", date(2027, 2, 1), wall("2026-12-18 10:00")),
    # Easter Monday 2026 is no working day, nor is the weekend.
    ("saint-denis", "cantine", "cancel", date(2026, 4, 7), wall("2026-04-02 12:00")),
]


@pytest.mark.parametrize(("slug", "name", "act", "day", "closes"), BY_DATE)
def test_some_days_close_on_a_date_of_their_own(
    platform: Platform, slug: str, name: str, act: Act, day: date, closes: datetime
) -> None:
    rules, calendar = read(platform, slug)

    assert closes_at(rules[name], act, day, NOON, calendar).replace(tzinfo=None) == closes


OPENINGS = [
    ("espace-citoyens", "mercredi", date(2026, 11, 4), wall("2026-09-23")),
    ("espace-citoyens", "vacances", date(2027, 4, 28), wall("2027-03-06")),
    ("la-rochelle", "vacances", date(2027, 7, 12), wall("2027-05-12 07:30")),
    ("nice", "vacances", date(2027, 7, 12), wall("2027-06-02 08:30")),
    ("barentin", "vacances", date(2027, 4, 20), wall("2027-03-27 09:00")),
    ("begles", "vacances", date(2027, 7, 12), wall("2027-05-09 20:00")),
]


@pytest.mark.parametrize(("slug", "name", "day", "opens"), OPENINGS)
def test_a_window_opens_at_its_instant_and_not_before(
    platform: Platform, slug: str, name: str, day: date, opens: datetime
) -> None:
    rules, calendar = read(platform, slug)
    instant = opens.replace(tzinfo=calendar.zone)

    def asked(at: datetime) -> str | None:
        return allows(rules[name], "add", day, NOON, calendar, at).reason

    assert opens_at(rules[name], day, calendar) == instant
    assert (asked(instant - timedelta(seconds=1)), asked(instant)) == ("not_yet", None)


def test_a_day_no_window_speaks_of_cannot_be_booked(platform: Platform) -> None:
    rules, calendar = read(platform, "begles")
    now = datetime(2027, 5, 10, 12, tzinfo=calendar.zone)

    found = allows(rules["vacances"], "add", date(2027, 10, 25), NOON, calendar, now)

    assert (found.open, found.reason) == (False, "no_date")


def test_hours_before_are_hours_of_the_clock_on_the_wall(platform: Platform) -> None:
    """Clocks go back on Sunday 25 October 2026: 73 hours pass, and the meal is still at 11:30."""
    rules, calendar = read(platform, "eragny")
    closes = closes_at(rules["cantine"], "add", date(2026, 10, 27), NOON, calendar)
    service = datetime(2026, 10, 27, 11, 30, tzinfo=calendar.zone)

    assert closes.replace(tzinfo=None) == wall("2026-10-24 11:30")
    assert service.astimezone(UTC) - closes.astimezone(UTC) == timedelta(hours=73)


def test_the_hour_is_that_of_the_commune_wherever_the_family_is(platform: Platform) -> None:
    rules, calendar = read(platform, "saint-denis")
    day, ten_there = date(2026, 9, 8), datetime(2026, 9, 7, 6, tzinfo=UTC)

    def is_open(at: datetime) -> bool:
        return allows(rules["cantine"], "add", day, NOON, calendar, at).open

    assert (is_open(ten_there - timedelta(seconds=1)), is_open(ten_there)) == (True, False)


def test_the_repeated_hour_of_october_comes_once_then_is_over() -> None:
    """A limit at 2:30 on the night the clocks go back: the first 2:30 closes, not the second."""
    paris = school_calendar("Europe/Paris", "B", (), "44")
    rule = convert(
        {"cut_offs": [{"name": "nuit", "add": {"days": 1, "at": "02:30"}}]}, Settings, ""
    )
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    found = [
        allows(rule.cut_offs[0], "add", date(2026, 10, 26), NOON, paris, at).open
        for at in (first - timedelta(minutes=1), first, first + timedelta(minutes=45))
    ]

    assert found == [True, False, False]


def test_twin_hours_compared_as_a_wall_clock_shows_them_would_open_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Sabotage: moments are compared by what a clock shows, and 2:15 comes before 2:30 once more."""
    paris = school_calendar("Europe/Paris", "B", (), "44")
    rule = convert(
        {"cut_offs": [{"name": "nuit", "add": {"days": 1, "at": "02:30"}}]}, Settings, ""
    )
    again = datetime(2026, 10, 25, 1, 15, tzinfo=UTC).astimezone(paris.zone)

    def is_open() -> bool:
        return allows(rule.cut_offs[0], "add", date(2026, 10, 26), NOON, paris, again).open

    held = is_open()
    monkeypatch.setattr(cut_off, "_instant", lambda moment: moment)

    assert (held, is_open()) == (False, True)


@pytest.mark.parametrize("name", ["_counts", "_anchor"])
def test_twin_a_year_counted_without_its_bridges_or_its_weeks_is_seen(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Sabotage: every day counts, or a week begins where the service is."""
    wrong: dict[str, object] = {
        "_counts": lambda *_: True,
        "_anchor": lambda _, day, __: day - timedelta(days=7),
    }
    monkeypatch.setattr(cut_off, name, wrong[name])

    red = 0
    for slug, activity, act, weekdays, reading in REGULATIONS:
        try:
            test_each_regulation_closes_when_it_says(
                platform, slug, activity, act, weekdays, reading
            )
        except AssertionError:
            red += 1

    assert red >= 3


def test_who_comes_too_late_is_told_since_when_and_which_day_is_next(platform: Platform) -> None:
    rules, calendar = read(platform, "cruas")
    monday = date(2026, 9, 14)
    now = datetime(2026, 9, 10, 12, tzinfo=calendar.zone)

    found = allows(
        rules["accueil"],
        "add",
        monday,
        NOON,
        calendar,
        now,
        candidates=lambda day: (day + timedelta(days=n) for n in range(10)),
    )

    assert (found.open, found.reason, found.since) == (False, "too_late", now)
    assert found.next_day == date(2026, 9, 15), "Tuesday closes on Friday at noon"


def test_cancelling_closes_later_while_a_child_waits(platform: Platform) -> None:
    rules, calendar = read(platform, "illkirch")
    day = date(2026, 10, 8)

    closes = [
        closes_at(rules["cantine"], "cancel", day, NOON, calendar, waited=waited)
        for waited in (False, True)
    ]

    assert [at.replace(tzinfo=None) for at in closes] == [
        wall("2026-09-17"),
        wall("2026-10-06 10:00"),
    ]


GRAMMAR: list[tuple[dict[str, object], str, str]] = [
    # For a service on Thursday 20 May 2027 at 11:30: bridge of the 6th to the 8th, Whit Monday 17.
    (
        {"weekday": "fri", "weeks": 2, "at": "12:00"},
        "2027-05-07 12:00",
        "vendredi, 2 semaines avant",
    ),
    ({"weekday": "mon", "weeks": 0, "at": "09:00"}, "2027-05-17 09:00", "lundi de la même semaine"),
    (
        {
            "weekday": "mon",
            "weeks": 0,
            "at": "09:00",
            "excluded": ["sat", "sun", "public_holidays"],
        },
        "2027-05-14 09:00",
        "sans compter le samedi, le dimanche et les jours fériés",
    ),
    ({"anchor": "month", "day_of_month": 20}, "2027-04-21 00:00", "20 du mois précédent"),
    ({"day_of_month": 31, "months": 3, "at": "08:00"}, "2027-02-28 08:00", "31, 3 mois avant"),
    ({"anchor": "month", "days": 10, "at": "08:00"}, "2027-04-21 08:00", "avant le 1er du mois"),
    ({"anchor": "week", "days": 0, "at": "08:00"}, "2027-05-17 08:00", "lundi de la semaine"),
    (
        {"anchor": "period", "weekday": "tue", "at": "12:00"},
        "2027-04-27 12:00",
        "mardi, 1 semaine avant celle où commence la période",
    ),
    ({"days": 0, "at": "09:00"}, "2027-05-20 09:00", "au jour même"),
    ({"hours": 48, "excluded": ["wed"]}, "2027-05-17 11:30", "48 heures avant le début"),
    ({"hours": 12, "excluded": ["wed"]}, "2027-05-18 23:30", "12 heures avant le début"),
    ({"days": 3, "count": "school", "at": "10:00"}, "2027-05-13 10:00", "3 jours d’école avant"),
    ({"days": 11, "excluded": ["closed", "school_holidays"]}, "2027-05-06 00:00", "11 jours avant"),
]


@pytest.mark.parametrize(("limit", "closes", "words"), GRAMMAR)
def test_the_rest_of_the_grammar_is_counted_and_told(
    limit: dict[str, object], closes: str, words: str
) -> None:
    nantes = school_calendar("Europe/Paris", "B", (), "44", (date(2027, 5, 12),))
    rule = convert({"cut_offs": [{"name": "r", "add": limit}]}, Settings, "").cut_offs[0]

    found = closes_at(rule, "add", date(2027, 5, 20), NOON, nantes)

    assert found.replace(tzinfo=None) == wall(closes)
    assert words in told(rule)


def test_every_rule_is_told_in_words(platform: Platform) -> None:
    phrases = {
        (slug, name): told(read(platform, slug)[0][name]).replace("\u00a0", " ")
        for slug, name, *_ in [*REGULATIONS, *BY_DATE]
    }

    assert phrases["veyras", "cantine"] == "jusqu’au mardi de la semaine précédente, 23 h 59"
    assert phrases["illkirch", "cantine"] == "jusqu’à 15 jours ouvrés avant, minuit"
    assert phrases["saint-denis", "cantine"] == "jusqu’à la veille d’école, 10 h"
    assert all(one.startswith("jusqu’") and "  " not in one for one in phrases.values())


def test_every_line_of_the_page_is_a_setting_that_works() -> None:
    """docs/rules/delais.md: what a town copies from the table is accepted as it stands."""
    page = (Path(__file__).parents[2] / "docs/rules/delais.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("|") and " = {" in line]
    assert len(rows) == 15

    for row in rows:
        keys = dict(part.split(" = ", 1) for part in re.findall(r"`([^`]+)`", row))
        lines = "\n".join(
            f"{key} = {value}" for key, value in ({"add": "{ days = 1 }"} | keys).items()
        )
        told_rule = tomllib.loads(f'[[cut_offs]]\nname = "r"\n{lines}')
        assert convert(told_rule, Settings, "delais.md").cut_offs[0].add is not None


FAULTS = [
    ({"add": {"days": 1, "hours": 72}}, "cut_offs[0].add", "deux façons"),
    ({"add": {}}, "cut_offs[0].add", "aucun délai"),
    ({}, "cut_offs[0].add", "jusqu’à quand"),
    ({"add": {"days": 1, "at": "24:00"}}, "cut_offs[0].add.at", "heure illisible"),
    ({"add": {"days": 1, "anchor": "jour"}}, "cut_offs[0].add.anchor", "mot inconnu"),
    ({"add": {"days": 1, "excluded": ["sunday"]}}, "cut_offs[0].add.excluded", "mot inconnu"),
    (
        {"add": {"days": 1}, "cancel": {"weekday": "mardi"}},
        "cut_offs[0].cancel.weekday",
        "mot inconnu",
    ),
    (
        {
            "window": {
                "dates": [
                    {
                        "first": "2027-07-03",
                        "last": "2027-08-31",
                        "opens": "2027-06-01T08:00:00",
                        "closes": "2027-05-01T08:00:00",
                    }
                ]
            }
        },
        "cut_offs[0].window.dates[0].closes",
        "avant d’ouvrir",
    ),
]


@pytest.mark.parametrize(("rule", "key", "what"), FAULTS)
def test_a_mistake_is_told_with_its_file_its_key_and_its_cure(
    rule: dict[str, object], key: str, what: str
) -> None:
    with pytest.raises(Misconfigured) as refused:
        convert({"cut_offs": [{"name": "r", **rule}]}, Settings, "ville.toml", "periscolaire")

    error = refused.value
    assert (error.file, error.key) == ("ville.toml", f"periscolaire.{key}")
    assert what in error.what
    assert error.cure
