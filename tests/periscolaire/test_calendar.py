"""The days of a commune, against the calendars the State and the rectorat publish."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from ribambelle.calendar.holidays import Holiday
from ribambelle_periscolaire.domain.calendar import (
    SchoolCalendar,
    days,
    public_holidays,
    school_calendar,
)

NANTES = school_calendar("Europe/Paris", "B", (), "44")
SAINT_DENIS = school_calendar("Indian/Reunion", "La Réunion", (), "974")


@pytest.mark.parametrize(
    ("departement", "how_many"), [("44", 11), ("974", 12), ("67", 13), ("57", 13), ("2A", 11)]
)
def test_each_departement_has_its_public_holidays(departement: str, how_many: int) -> None:
    """Law of 1919 and after for Alsace-Moselle, Code du travail L3422-2 for La Réunion."""
    assert sum(day.year == 2026 for day in public_holidays(departement)) == how_many


def test_a_school_year_of_zone_b_has_as_many_days_as_its_calendar() -> None:
    """2026-2027, by hand, period by period: 27 + 28 + 28 + 23 + 33 days."""
    found = [day for day in days(date(2026, 9, 1), date(2027, 7, 2)) if NANTES.is_school_day(day)]

    assert (found[0], found[-1]) == (date(2026, 9, 1), date(2027, 7, 2))
    assert date(2027, 5, 7) not in found, "the bridge of the Ascension"
    assert date(2027, 3, 29) not in found, "Easter Monday, out of the holidays of zone B"
    assert date(2027, 3, 26) in found, "Good Friday, a school day outside Alsace-Moselle"
    assert len(found) == 139


def test_la_reunion_is_known_as_far_as_its_sources_agree() -> None:
    assert SAINT_DENIS.is_school_day(date(2025, 12, 19)), "the holidays begin after class"
    assert not SAINT_DENIS.is_school_day(date(2026, 1, 20))
    assert SAINT_DENIS.is_school_day(date(2026, 8, 18))
    assert not SAINT_DENIS.is_school_day(date(2027, 1, 12)), "the austral summer"
    assert SAINT_DENIS.is_school_day(date(2027, 5, 4))
    assert not SAINT_DENIS.knows(date(2027, 5, 10))
    assert not SAINT_DENIS.is_school_day(date(2027, 5, 10)), "nobody vouches for that day"


def test_the_dates_of_the_commune_come_before_those_of_its_zone() -> None:
    told = (Holiday("Vacances de mai", date(2027, 5, 6), date(2027, 5, 18)),)
    reunion = school_calendar("Indian/Reunion", "La Réunion", told, "974")

    assert reunion.is_school_day(date(2027, 5, 20))
    assert not reunion.is_school_day(date(2027, 5, 10))
    assert reunion.known_until == date(2027, 8, 31)


def test_a_closed_day_and_a_wednesday_of_class_are_settings() -> None:
    closed = school_calendar("Europe/Paris", "B", (), "44", (date(2026, 9, 4),))
    five_days = school_calendar(
        "Europe/Paris", "B", (), "44", (), ("mon", "tue", "wed", "thu", "fri")
    )

    assert not closed.is_school_day(date(2026, 9, 4))
    assert not closed.is_working(date(2026, 9, 4))
    assert five_days.is_school_day(date(2026, 9, 9))
    assert not NANTES.is_school_day(date(2026, 9, 9))


def test_good_friday_is_worked_where_there_is_no_protestant_church() -> None:
    village = school_calendar("Europe/Paris", "B", (), "67", worked=(date(2027, 3, 26),))

    assert not school_calendar("Europe/Paris", "B", (), "67").is_school_day(date(2027, 3, 26))
    assert village.is_school_day(date(2027, 3, 26))


def test_the_bridge_of_the_ascension_begins_no_period() -> None:
    assert NANTES.period_start(date(2027, 5, 20)) == date(2027, 5, 3)
    assert NANTES.period_start(date(2026, 10, 20)) == date(2026, 10, 17)
    assert SAINT_DENIS.period_start(date(2026, 9, 15)) == date(2026, 8, 18), "school is back"
    assert SchoolCalendar(ZoneInfo("Europe/Paris")).period_start(date(2027, 1, 5)) == date(
        2026, 9, 1
    )
