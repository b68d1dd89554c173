"""One file for all the crèches: what is missing, what is wrong, what is kept, what is signed."""

from datetime import UTC, date, datetime

import msgspec
import pytest

from ribambelle.errors import Misconfigured
from ribambelle.tenants.settings import convert
from ribambelle_creche.domain import evidence, receipt, steps
from ribambelle_creche.domain.age import AgeLimits
from ribambelle_creche.domain.dossier import (
    STEPS,
    Address,
    Arrival,
    Care,
    Child,
    Custody,
    Dossier,
    Entry,
    Family,
    Home,
    Resources,
    Situation,
    Week,
    Wishes,
    decode,
    encode,
    project,
    steps_of,
)
from ribambelle_creche.domain.duplicates import same_child
from ribambelle_creche.domain.review import Rules, review
from ribambelle_creche.domain.taking import Taking
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Application

TODAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 25, 9, 5, tzinfo=UTC)
LIMITS = AgeLimits()
ZOE = Child(given_name="Zoé", family_name="Payet", born_on=date(2026, 3, 14))
RULES = Rules(TODAY, LIMITS, 2, 3, {7: Taking("Les Lilas"), 4: Taking("Les Roses")})
UNBORN = Child(is_expected=True, family_name="Payet", due_on=date(2027, 2, 1))


def a_dossier(**changed: object) -> Dossier:
    whole = Dossier(
        child=ZOE,
        family=Family(given_name="Anne", family_name="Hoarau", phone="0262 00 00 00"),
        address=Address(line="2 rue des Lilas", postcode="97400", city="Saint-Denis", quartier=3),
        situation=Situation(work="employed", other_work="none"),
        home=Home(),
        resources=Resources(),
        care=Care("regular"),
        entry=Entry(start_on=date(2027, 1, 4), flexible_weeks=2),
        week=Week(wished=515, fallbacks=(1,)),
        wishes=Wishes(facilities=(7, 4)),
    )
    return msgspec.structs.replace(whole, **changed)


TWINS = Dossier(child=Child(together=2))


def test_the_steps_follow_the_family_s_order():
    codes = [step.code for step in STEPS]

    assert codes == [
        *("enfant", "arrivee", "famille", "garde", "adresse", "situation"),
        *("foyer", "ressources", "accueil", "entree", "semaine", "voeux"),
    ]
    assert [step.block for step in STEPS] == list(Dossier.__struct_fields__)


def test_twins_and_separated_parents_alone_are_asked_about_it():
    twins = a_dossier(child=msgspec.structs.replace(ZOE, together=2))
    apart = a_dossier(family=Family("Anne", "Hoarau", "0262 00 00 00", is_separated=True))
    adopted = a_dossier(child=msgspec.structs.replace(ZOE, is_adopted=True))

    assert [step.code for step in review(twins, RULES)] == ["arrivee"]
    assert [step.code for step in review(adopted, RULES)] == ["arrivee"]
    assert [step.code for step in review(apart, RULES)] == ["garde"]


def test_a_child_who_alternates_asks_for_two_weeks():
    apart = a_dossier(
        family=Family("Anne", "Hoarau", "0262 00 00 00", is_separated=True),
        custody=Custody("shared"),
    )
    both = msgspec.structs.replace(apart, week=Week(wished=1023, odd=0))

    assert [step.code for step in review(apart, RULES)] == ["semaine"]
    assert review(both, RULES) == {}
    assert project(both, LIMITS).half_days == 5
    assert (project(both, LIMITS).children, project(TWINS, LIMITS).children) == (1, 2)
    assert [step.code for step in review(a_dossier(week=Week(wished=3, odd=1)), RULES)] == [
        "semaine"
    ]


@pytest.mark.parametrize(
    ("found", "wrong"),
    [
        (steps.check_address(Address("2 rue A", "ABCDE", "Nantes")), ["postcode"]),
        (steps.check_address(Address("2 rue A", "4400", "Nantes")), ["postcode"]),
        (steps.check_address(Address("2 rue A", "44000", "Nantes")), []),
        (steps.check_arrival(Arrival(twins="x"), Child(together=2)), ["twins"]),
        (
            steps.check_arrival(
                Arrival(adopted_on=date(2026, 1, 1)), msgspec.structs.replace(ZOE, is_adopted=True)
            ),
            ["adopted_on"],
        ),
        (steps.check_custody(Custody("x")), ["kind"]),
        (steps.check_home(Home(referral="voisin")), ["referral"]),
        (steps.check_care(Care(kind="regular", current="x")), ["current"]),
        (steps.check_care(Care()), ["kind"]),
        (
            steps.check_entry(
                Entry(date(2027, 1, 4), earliest_on=date(2027, 1, 5), latest_on=date(2027, 1, 3)),
                ZOE,
                LIMITS,
                TODAY,
            ),
            ["earliest_on", "latest_on"],
        ),
    ],
)
def test_an_answer_that_cannot_be_is_told_beside_its_field(found, wrong):
    assert list(found) == wrong


def test_a_file_is_resumed_as_it_was_left():
    assert decode(encode(a_dossier())) == a_dossier()
    assert decode("{}") == Dossier()


def test_only_what_was_never_answered_is_missing():
    assert review(a_dossier(), RULES) == {}
    assert list(review(Dossier(), RULES)) == steps_of(Dossier())
    assert [step.code for step in review(a_dossier(entry=None), RULES)] == ["entree"]


@pytest.mark.parametrize(
    ("child", "wrong"),
    [
        (ZOE, []),
        (UNBORN, []),
        (msgspec.structs.replace(ZOE, born_on=TODAY), []),
        (msgspec.structs.replace(ZOE, born_on=date(2026, 11, 26)), ["born_on"]),
        (msgspec.structs.replace(ZOE, born_on=date(2023, 11, 26)), []),
        (msgspec.structs.replace(ZOE, born_on=date(2023, 11, 25)), ["born_on"]),
        (msgspec.structs.replace(ZOE, born_on=None, given_name=" "), ["given_name", "born_on"]),
        (msgspec.structs.replace(UNBORN, due_on=date(2027, 8, 25)), []),
        (msgspec.structs.replace(UNBORN, due_on=date(2027, 8, 26)), ["due_on"]),
        (msgspec.structs.replace(UNBORN, due_on=date(2026, 11, 4)), []),
        (msgspec.structs.replace(UNBORN, due_on=date(2026, 11, 3)), ["due_on"]),
        (msgspec.structs.replace(UNBORN, due_on=None, family_name=""), ["family_name", "due_on"]),
    ],
)
def test_a_child_is_born_or_will_be_soon(child, wrong):
    assert list(steps.check_child(child, TODAY)) == wrong


@pytest.mark.parametrize(
    ("child", "start_on", "wrong"),
    [
        (ZOE, LIMITS.earliest_start(date(2026, 3, 14)), []),
        (UNBORN, date(2027, 4, 12), []),
        (UNBORN, date(2027, 4, 11), ["start_on"]),
        (UNBORN, None, ["start_on"]),
        (None, date(2027, 4, 11), []),
    ],
)
def test_no_child_starts_too_young(child, start_on, wrong):
    assert list(steps.check_entry(Entry(start_on=start_on), child, LIMITS, TODAY)) == wrong


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        (Week(wished=1), []),
        (Week(wished=1023, fallbacks=(1, 2)), []),
        (Week(), ["wished"]),
        (Week(wished=1024), ["wished"]),
        (Week(wished=1, fallbacks=(0,)), ["fallbacks"]),
        (Week(wished=1, fallbacks=(1, 2, 3)), ["fallbacks"]),
    ],
)
def test_a_week_holds_at_least_one_half_day(asked, wrong):
    assert list(steps.check_week(asked, max_fallbacks=2)) == wrong


@pytest.mark.parametrize(
    ("facilities", "wrong"),
    [
        ((1, 2, 3), []),
        ((), ["facilities"]),
        ((1, 1), ["facilities"]),
        ((1, 2, 3, 4), ["facilities"]),
    ],
)
def test_wishes_are_distinct_and_few(facilities, wrong):
    every = {number: Taking(f"Crèche {number}") for number in (1, 2, 3, 4)}
    dossier = a_dossier(wishes=Wishes(facilities))

    assert list(steps.check_wishes(dossier, 3, every)) == wrong


@pytest.mark.parametrize(
    ("child", "start_on", "told"),
    [
        (ZOE, date(2028, 11, 25), ""),
        (ZOE, date(2028, 11, 26), "24 mois à l’avance au plus : choisissez le 25/11/2028"),
        (ZOE, date(2099, 1, 1), "L’enfant ira à l’école le 01/09/2029"),
        (msgspec.structs.replace(ZOE, born_on=date(2024, 12, 31)), date(2027, 8, 31), ""),
        (
            msgspec.structs.replace(ZOE, born_on=date(2024, 12, 31)),
            date(2027, 9, 1),
            "L’enfant ira à l’école le 01/09/2027",
        ),
    ],
)
def test_no_child_starts_at_school_age_nor_years_ahead(child, start_on, told):
    wrong = steps.check_entry(Entry(start_on=start_on), child, LIMITS, TODAY).get("start_on", "")

    assert told in wrong if told else wrong == ""


def test_a_wish_is_checked_again_when_the_start_moves():
    """The crèche takes until 12 months: right for January 2027, wrong for June."""
    taken = {7: Taking("Les Lilas", to_months=12), 4: Taking("Les Roses")}
    rules = Rules(TODAY, LIMITS, 2, 3, taken)
    moved = a_dossier(entry=Entry(start_on=date(2027, 6, 7)))

    found = {step.code: wrong for step, wrong in review(moved, rules).items()}

    assert review(a_dossier(), rules) == {}
    assert list(found) == ["voeux"]
    assert found["voeux"]["facilities"] == (
        "Les Lilas accueille de 10 semaines à 1 an : l’enfant n’aura pas cet âge le 07/06/2027. "
        "Retirez cette crèche, ou changez la date d’entrée."
    )


def test_a_parent_alone_answers_for_one_adult():
    asked = Situation(work="employed")

    assert steps.check_situation(asked, is_single=True) == {}
    assert list(steps.check_situation(asked, is_single=False)) == ["other_work"]


def test_a_projection_holds_columns_of_the_table():
    columns = {column._meta.name for column in Application._meta.columns}

    assert set(project(a_dossier(), LIMITS).__dataclass_fields__) <= columns


def test_an_unfinished_file_is_projected_too():
    told = project(Dossier(), LIMITS)

    assert (told.child_name, told.start_month, told.age_group, told.half_days) == ("", "", "", 0)


def test_a_very_long_name_fits_its_columns():
    told = project(a_dossier(child=msgspec.structs.replace(ZOE, given_name="É" * 500)), LIMITS)

    assert (len(told.child_name), len(told.folded)) == (200, 400)


ANNE = Family("Anne", "Leroy", "06 39 98 00 01", "anne@example.test", is_single=True)
BORN = Child(given_name="Zoé", family_name="Leroy", born_on=date(2027, 1, 20))
DUE = Child(is_expected=True, family_name="Leroy", due_on=date(2027, 2, 1))


@pytest.mark.parametrize(
    ("child", "family", "is_same"),
    [
        (BORN, ANNE, True),
        (msgspec.structs.replace(BORN, given_name="ZOE", family_name=" leroy "), ANNE, True),
        (msgspec.structs.replace(BORN, given_name="Léa"), ANNE, False),
        (msgspec.structs.replace(BORN, born_on=date(2027, 1, 21)), ANNE, False),
        (DUE, ANNE, True),
        (msgspec.structs.replace(DUE, due_on=date(2027, 3, 3)), ANNE, True),
        (msgspec.structs.replace(DUE, due_on=date(2027, 3, 4)), ANNE, False),
        (BORN, Family("Marie", "Leroy", "06 39 98 00 02"), False),
        (BORN, Family("Luc", "Leroy", "+33639980001"), True),
        (BORN, Family("Luc", "Leroy", "06 39 98 00 02", " Anne@Example.test"), True),
        (BORN, Family("Luc", "Leroy", "06 39 98 00 02", "", False, "ANNE", "leroy"), True),
        (BORN, Family("Luc", "Leroy", "06 39 98 00 02", "", True, "ANNE", "leroy"), False),
        (BORN, Family(), False),
    ],
)
def test_one_child_is_found_by_its_name_its_birth_and_a_parent(child, family, is_same):
    known = Dossier(child=BORN, family=ANNE)
    other = Dossier(child=child, family=family)

    assert same_child(known, other) is same_child(other, known) is is_same


def test_two_expected_children_of_one_family_are_one_whatever_the_names():
    one = Dossier(child=DUE, family=ANNE)
    named = Dossier(child=msgspec.structs.replace(DUE, given_name="Max"), family=ANNE)
    later = Dossier(child=msgspec.structs.replace(DUE, due_on=date(2027, 2, 2)), family=ANNE)

    assert same_child(one, named)
    assert not same_child(one, later)
    assert not same_child(Dossier(family=ANNE), Dossier(family=ANNE))


def test_nobody_proves_what_was_not_declared():
    asked = tuple(evidence.KINDS)
    declared = a_dossier(
        situation=Situation(work="none", other_work="none"),
        home=Home(has_aeeh=True),
        resources=Resources(quotient_familial_cents=64000),
    )

    assert evidence.needed(a_dossier(), asked) == ("birth", "address", "work")
    assert evidence.needed(a_dossier(child=UNBORN), ("birth",)) == ("pregnancy",)
    assert evidence.needed(declared, asked) == (
        *("birth", "address"),
        *("caf", "aeeh"),
    )


@pytest.mark.parametrize(
    ("told", "key", "cure"),
    [
        ({"proofs": ["passport"]}, "creche.proofs", "birth"),
        ({"middle_until_months": 15}, "creche.middle_until_months", "plus de 15"),
        ({"max_wishes": 0}, "creche.max_wishes", "au moins 1"),
        ({"fallback_weeks": -1}, "creche.fallback_weeks", "au moins 0"),
        ({"partner_threshold": 4}, "creche.partner_threshold", "au moins 5"),
        ({"next_commission": "demain"}, "creche.next_commission", "2027-03-15"),
    ],
)
def test_a_setting_that_cannot_be_names_its_cure(told: dict[str, object], key: str, cure: str):
    with pytest.raises(Misconfigured) as mistake:
        convert(told, Settings, "nantes.toml", "creche")

    assert mistake.value.file == "nantes.toml"
    assert mistake.value.key == key
    assert cure in mistake.value.cure


def test_a_receipt_names_every_wish_in_order():
    names = {4: "Les Roses", 7: "Les Lilas"}
    told = msgspec.json.decode(receipt.content("C-2041", a_dossier(), names, NOW))

    assert [wish["name"] for wish in told["wishes"]] == ["Les Lilas", "Les Roses"]
    assert (told["number"], told["at"]) == ("C-2041", "2026-11-25T09:05:00+00:00")


def test_the_same_file_is_always_signed_the_same():
    names = {4: "Les Roses", 7: "Les Lilas"}
    again = dict(reversed(names.items()))
    signed = receipt.content("C-2041", a_dossier(), names, NOW)

    assert receipt.content("C-2041", decode(encode(a_dossier())), again, NOW) == signed
    assert receipt.content("C-2041", a_dossier(wishes=Wishes((4, 7))), names, NOW) != signed


def test_a_code_is_said_without_doubt():
    told = receipt.code("f" * 64)

    assert told == "ZZZZ-ZZZZ-ZZZZ"
    assert not set(receipt.ALPHABET) & set("ILOU")
