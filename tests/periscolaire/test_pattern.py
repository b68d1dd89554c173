"""A usual week applied to a real month: what is booked, and each day left out with its reason."""

from datetime import date, datetime, time

from ribambelle_periscolaire.domain.calendar import school_calendar
from ribambelle_periscolaire.domain.cut_off import CutOff, Limit, allows
from ribambelle_periscolaire.domain.pattern import Habit, Plan, apply, copied, usual_week

NANTES = school_calendar("Europe/Paris", "B", (), "44", (date(2026, 11, 6),))
NOW = datetime(2026, 11, 4, 12, tzinfo=NANTES.zone)
EVE = CutOff("eve", Limit(days=1, at="10:00", excluded=("sat", "sun")))


def no_school(unit: str, day: date) -> str | None:
    return None if NANTES.is_school_day(day) else "no_school"


def closed(unit: str, day: date) -> str | None:
    return "closed" if day in NANTES.closed else None


def delay(unit: str, day: date) -> str | None:
    return allows(EVE, "add", day, time(12), NANTES, NOW).reason


def other_parent(unit: str, day: date) -> str | None:
    return "other_parent" if day.isocalendar().week == 48 else None


def november(*habits: Habit) -> Plan:
    rules = [closed, no_school, delay, other_parent]
    return apply(habits, date(2026, 11, 2), date(2026, 11, 30), rules)


def test_each_day_left_out_has_the_first_reason_that_holds() -> None:
    found = november(Habit("repas", frozenset({0, 2, 3, 4})))

    left_out = {one.day.day: one.reason for one in found.left_out}
    assert left_out == {
        2: "too_late",
        4: "no_school",  # a Wednesday, like the following ones
        5: "too_late",
        6: "closed",
        11: "no_school",
        18: "no_school",
        23: "other_parent",
        25: "no_school",
        26: "other_parent",
        27: "other_parent",
    }
    assert [day.day for _, day in found.booked] == [9, 12, 13, 16, 19, 20, 30]


def test_one_week_in_two_follows_the_iso_calendar() -> None:
    found = november(Habit("soir", frozenset({3}), "even"), Habit("soir", frozenset({4}), "odd"))

    assert [day.day for _, day in found.booked] == [12, 20], "week 46, then week 47"


def test_copying_a_sister_checks_every_rule_again() -> None:
    lea = [("repas-maternelle", date(2026, 11, day)) for day in (5, 12)]

    found = copied(lea, {"repas-maternelle": "repas-primaire"}, [closed, no_school, delay])

    assert found.booked == (("repas-primaire", date(2026, 11, 12)),)
    assert [(one.day.day, one.reason) for one in found.left_out] == [(5, "too_late")]


def test_the_usual_week_of_past_bookings_books_them_again() -> None:
    week = [Habit("repas", frozenset({0, 1})), Habit("soir", frozenset({1}))]
    booked = apply(week, date(2026, 9, 7), date(2026, 10, 9), []).booked

    assert usual_week([*booked, ("repas", date(2026, 9, 10))]) == week
