"""A grid of points: what it may say, where it is wrong, what it gives a family."""

import re
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.creche.admission.commissions import a_commission, a_file, an_option
from tests.creche.builders import a_dossier

import ribambelle_creche
from ribambelle_creche.domain.admission import propose
from ribambelle_creche.domain.dossier import (
    Address,
    Care,
    Child,
    Family,
    Home,
    Resources,
    Situation,
)
from ribambelle_creche.domain.evidence import KINDS
from ribambelle_creche.domain.grid import Context, Grid, facts_of, read, score
from ribambelle_creche.domain.grid.facts import FACTS, TOWN_HALL

EXAMPLES = sorted((Path(ribambelle_creche.__file__).parent / "grids").glob("*.toml"))
TODAY = date(2027, 3, 1)
COUPLE = Family("Anne", "Hoarau", "06 99 00 00 00", other_given_name="Lou", other_family_name="P")
HEAD = """[creche.grid]
version = "1"
valid_from = 2026-01-01
tie_break = ["complete_at", "draw"]
"""
WORK = """[[creche.grid.criterion]]
code = "work"
label = "Travail"
type = "choice"
values = { both_work = 40, one_works = 10 }
proof = "work"
"""


def the_grid(name: str) -> Grid:
    """Return an example, which must be without fault."""
    file = next(one for one in EXAMPLES if one.stem == name)
    found = read(file.read_text("utf-8"))
    assert found.faults == ()
    assert found.grid is not None
    return found.grid


def points(name: str, *, proofs: Any = KINDS, noted: Any = (), waited: int = 0, **told: Any) -> int:
    """Return the points of a family of Alpha, every proof seen."""
    context = Context(
        TODAY,
        town="Alpha",
        proofs=frozenset(proofs),
        noted=frozenset(noted),
        commissions_waited=waited,
    )
    return score(the_grid(name), facts_of(a_dossier(**told), context)).points


def test_the_examples_are_those_of_the_six_towns():
    assert [one.stem for one in EXAMPLES] == [
        *("clichy", "les-lilas", "paris-18", "pessac", "reims", "suresnes")
    ]
    for one in EXAMPLES:
        the_grid(one.stem)


def test_pessac_counts_as_pessac_says():
    """Grille de Pessac, 2022: résident 300, deux parents qui travaillent 40, sans garde 30."""
    couple = {"family": COUPLE, "situation": Situation("employed", other_work="student")}

    assert points("pessac", **couple, care=Care("regular", current="none")) == 300 + 40 + 30
    assert points("pessac", **couple, waited=2) == 300 + 40 + 2 * 10
    assert points("pessac", **couple, noted=["rules_breached"]) == 300 + 40 - 30
    assert points("pessac", home=Home(has_aeeh=True, referral="pmi")) == 300 + 30 + 40 + 30 + 10
    assert the_grid("pessac").range == (-50, 770)


def test_reims_counts_as_reims_says():
    """Reims: résident 100, parent seul qui travaille 80, couple 50 ou 30, quotient 50 puis 40."""

    def quotient(euros: int) -> Resources:
        return Resources(quotient_familial_cents=euros * 100)

    one_works = {"family": COUPLE, "situation": Situation("employed", other_work="none")}
    assert points("reims", resources=quotient(700)) == 100 + 80 + 50
    assert points("reims", resources=quotient(701)) == 100 + 80 + 40
    assert points("reims", resources=quotient(901)) == 100 + 80
    assert points("reims", **one_works, home=Home(has_aeeh=True)) == 100 + 30 + 50


def test_paris_counts_as_paris_says():
    """Paris 18e, 2014: parent seul 5, deux parents qui travaillent 4, un seul 2."""
    both = {"family": COUPLE, "situation": Situation("employed", other_work="employed")}
    one = {"family": COUPLE, "situation": Situation("employed", other_work="none")}
    assert [points("paris-18"), points("paris-18", **both), points("paris-18", **one)] == [5, 4, 2]


def test_what_a_creche_adds_is_apart_from_the_common_points():
    near, far = 4, 5
    dossier = a_dossier(
        near,
        far,
        address=Address("2 rue", "97400", "Alpha", quartier=7),
        home=Home(has_sibling_in_creche=True, sibling_until=date(2028, 3, 1)),
    )
    context = Context(
        TODAY,
        "Alpha",
        proofs=frozenset(KINDS),
        quartiers={near: 7, far: 8},
        places={near: (47_200_000, -1_550_000), far: (47_300_000, -1_550_000)},
        home=(47_201_000, -1_550_000),
        siblings_at=frozenset({far}),
    )

    lilas = score(the_grid("les-lilas"), facts_of(dossier, context))
    assert (lilas.points, lilas.bonuses) == (20 + 10, {near: 3, far: 5})
    assert score(the_grid("suresnes"), facts_of(dossier, context)).bonuses == {near: 10, far: 0}


def test_no_birth_month_is_better_off_in_suresnes_and_no_early_filing_in_clichy():
    assert "age_months" not in {one.fact for one in the_grid("suresnes").criteria}
    assert the_grid("clichy").tie_break == ("draw",)


def test_a_sibling_that_nobody_shows_gives_nothing_and_the_trace_says_what_would():
    dossier = a_dossier(home=Home(has_sibling_in_creche=True))
    seen = frozenset({"address", "work"})
    found = score(the_grid("pessac"), facts_of(dossier, Context(TODAY, "Alpha", proofs=seen)))
    told = {line.code: (line.points, line.reason, line.possible) for line in found.trace}

    assert told["sibling"] == (0, "unproved", 20)
    assert told["aeeh"] == (0, "undeclared", 0)
    assert told["waited"] == (0, "not_noted", 0)
    assert told["work"] == (40, "", 0)
    assert (found.points, found.possible) == (340, 50)


def test_a13_a_decisive_sibling_passes_and_without_evidence_counts_for_nothing():
    """A13, through the engine."""

    def first_served(proofs: frozenset[str]) -> str:
        """Of two alike but for a sibling, the one without has the better draw."""
        home = Home(has_sibling_in_creche=True)
        of = {"sibling": a_dossier(home=home), "alone": a_dossier()}
        wish, context = an_option("lilas"), Context(TODAY, "Alpha", proofs=proofs)
        files = [
            a_file(name, score(the_grid("pessac"), facts_of(one, context)).points, wish, draw=draw)
            for draw, (name, one) in enumerate(of.items())
        ]
        got = propose(a_commission({"lilas/s0": 1}, *files)).assignments
        return next(name for name, option in got.items() if option)

    assert first_served(frozenset(KINDS)) == "sibling"
    assert first_served(frozenset(KINDS) - {"sibling"}) == "alone"


def test_a_pregnancy_stands_for_the_birth_of_twins():
    twins = a_dossier(child=Child(is_expected=True, due_on=date(2027, 5, 1), together=2))
    context = Context(TODAY, proofs=frozenset({"pregnancy"}))
    assert score(the_grid("pessac"), facts_of(twins, context)).points == 20


def test_a_reserve_opens_to_what_is_shown():
    searching = a_dossier(situation=Situation("insertion"))
    grid = the_grid("pessac")
    flags = [
        score(grid, facts_of(searching, Context(TODAY, proofs=frozenset(seen)))).flags
        for seen in ((), ("work",))
    ]
    assert flags == [(), ("insertion",)]


def test_a_criterion_counts_between_its_days_only():
    text = f"{HEAD}{WORK}valid_from = 2027-03-02\nvalid_to = 2027-03-31\n"
    grid = read(text).grid
    assert grid is not None
    found = [len(grid.in_force(date(2027, *day))) for day in ((3, 1), (3, 2), (3, 31), (4, 1))]
    assert found == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("changed", "line", "said"),
    [
        ('code = "work"|code = "wednesday"', 6, "semaine demandée"),
        ('proof = "work"|proof = "work"\nhalf_days = 4', 11, "semaine demandée"),
        ('code = "work"|code = "work"\nfact = "start_on"', 7, "date d’entrée"),
        ('proof = "work"\n|', 5, "besoin d’une pièce"),
        ('proof = "work"|proof = "letter_of_the_mayor"', 10, "pièce inconnue"),
        ('proof = "work"|proof = "town_hall"', 10, "déclaré par la famille"),
        ('label = "Travail"|label = "Nationalité"', 7, "la loi interdit"),
        ('code = "work"|code = "agent_note"', 6, "appréciation libre"),
        ('code = "work"|code = "religion"', 6, "la loi interdit"),
        ('code = "work"|code = "charm"', 6, "fait inconnu"),
        ('type = "choice"|type = "feeling"', 8, "type : un parmi"),
        ("both_work = 40|both_work = 40.5", 9, "nombre entier"),
        ("both_work = 40|both_work = true", 9, "nombre entier"),
        ("both_work = 40|everybody = 40", 9, "réponse inconnue"),
        ('proof = "work"|proof = "work"\ncolour = 1', 11, "clé inconnue"),
        ('"draw"]|]', 4, "« draw » en dernier"),
        ('version = "1"|version = 1', 2, "nom court"),
        ("valid_from = 2026-01-01|valid_from = 2026", 3, "une date"),
        ('type = "choice"|type = choice', 8, "pas du TOML"),
        (f"{WORK}|{WORK}{WORK}", 12, "déjà pris"),
        (
            f'{WORK}|{WORK}[[creche.grid.reserve]]\ncode = "a"\nscope = "town"\nquota = 2',
            11,
            "fait",
        ),
        ("[creche.grid]|[creche]\nmax_wishes = 3\n[creche.grid]", 2, "n’est pas de ce fichier"),
    ],
)
def test_a_grid_that_may_not_be_used_says_where_and_why(changed: str, line: int, said: str):
    """A28: a criterion that is unknown, or whose proof is, stops the check at its line."""
    before, _, after = changed.partition("|")
    text = HEAD + WORK
    assert read(text).faults == ()

    found = read(text.replace(before, after, 1))

    assert found.grid is None
    assert [(one.line, said in one.text) for one in found.faults] == [(line, True)]


def test_lines_are_found_whatever_the_file_looks_like():
    """Comments, multi-line values and headings inside texts do not move the count."""
    text = f'''# [[creche.grid.criterion]]
{HEAD}
[[ creche.grid.criterion ]]
code = "resident"
label = """
[[creche.grid.criterion]]
code = "x" """
type = "flag"
fact = "lives_in_town"
points = 3
proof = "address"

[[creche.grid.criterion]]
code = "quotient_familial"  # ]]
label = "Quotient"
type = "band"
bands = [
  {{ up_to = 700, points = 5 }},
  {{ up_to = 600, points = 4 }},
]
proof = "caf"

[[creche.grid.criterion]]
code = "work"
label = "Travail"
type = "choice"
proof = "work"
[creche.grid.criterion.values]
both_work = "40"
'''
    assert [(one.line, one.text[:5]) for one in read(text).faults] == [
        (text[: text.index("bands")].count("\n") + 1, "bands"),
        (text[: text.index("[creche.grid.criterion.values]")].count("\n") + 1, "value"),
    ]


def test_every_fact_has_a_proof_and_none_reads_the_week():
    """A28: what a criterion may read never depends on the schedule asked."""
    assert {one.proof for one in FACTS.values()} <= {*KINDS, TOWN_HALL}
    one_week, another = a_dossier(), a_dossier(entry=None, week=None)
    context = Context(TODAY)
    assert facts_of(one_week, context) == facts_of(another, context)
    told = facts_of(a_dossier(4), context)
    assert {*told.told, *told.here[4]} == FACTS.keys()
    assert {one.name for one in fields(Context)} >= {"today", "town", "proofs"}


@pytest.mark.parametrize("odd", ["3", "[]", "{}", "true", "[[]]", '""', "1979-05-27T07:32:00Z"])
def test_no_file_whatever_it_holds_breaks_the_reader(odd: str):
    """Whoever pastes a file is told what is wrong with it, never that we are."""
    lines = (EXAMPLES[1].read_text("utf-8") + EXAMPLES[3].read_text("utf-8")[-130:]).splitlines()
    for number, line in enumerate(lines):
        key, equal, _ = line.partition(" = ")
        if not equal or line.startswith("#"):
            continue
        changed = "\n".join([*lines[:number], f"{key} = {odd}", *lines[number + 1 :]])
        found = read(changed)
        assert found.grid is None or key in ("proof", "label", "points", "quota", "max", "requires")
        assert all(0 < one.line <= len(lines) for one in found.faults)
    for text in ("creche = 3", "[creche]\ngrid = []", f"[creche.grid]\ncriterion = {odd}", ""):
        assert read(text).grid is None


PAGE = (Path(__file__).parents[2] / "docs/rules/criteres.md").read_text("utf-8")


def test_the_page_of_the_rule_is_right():
    """Its grid is read without fault, and gives the points that its examples say."""
    found = read(PAGE.split("```toml\n")[1].split("```")[0])
    assert found.faults == ()
    grid = found.grid
    assert grid is not None
    couple = {"family": COUPLE, "situation": Situation("employed", other_work="student")}

    def counted(*, waited: int = 2, without: str = "", quotient: int = 640, **told: Any) -> int:
        dossier = a_dossier(
            **couple, resources=Resources(quotient_familial_cents=quotient * 100), **told
        )
        seen = frozenset(KINDS) - {without}
        context = Context(TODAY, "Alpha", proofs=seen, commissions_waited=waited)
        return score(grid, facts_of(dossier, context)).points

    assert counted() == 210
    assert counted(without="caf") == 160
    assert counted(waited=5) - counted(waited=0) == 30
    assert [counted(quotient=n) - 160 for n in (700, 701, 901)] == [50, 40, 0]
    assert counted(home=Home(referral="pmi")) - 210 == 10
    assert set(re.findall(r"`(\w+)`", PAGE.split("liste fermée")[1].split("Étudier")[0])) == {
        *FACTS
    }
