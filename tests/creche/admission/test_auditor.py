"""The auditor finds what is wrong, whoever did it: each of its checks has a result that fails it."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from tests.creche.admission.commissions import a_commission, a_file, an_option

from ribambelle_creche.domain.admission import (
    Pin,
    Proposal,
    Reserve,
    Snapshot,
    engine,
    faults,
    propose,
    seal,
)
from ribambelle_creche.domain.admission.outcome import CutOff, Refusal
from ribambelle_creche.domain.admission.snapshot import Application
from ribambelle_creche.testing.town import Draw, town

LILAS, ROSES = an_option("lilas"), an_option("roses")
GIVEN = a_commission(
    {"lilas/s0": 2, "roses/s0": 1},
    a_file("A", 90, LILAS),
    a_file("B", 80, LILAS, ROSES),
    a_file("C", 70, LILAS, ROSES),
    a_file("D", 10, LILAS, ROSES, current=ROSES.id),
    a_file("P", 1, LILAS),
    pins=(Pin("P", "S2", LILAS.id),),
)


def moved(proposal: Proposal, **places: str | None) -> Proposal:
    return replace(proposal, assignments={**proposal.assignments, **places})


def resealed(change: Callable[[Proposal], Proposal]) -> Proposal:
    return seal.sealed(GIVEN, change(propose(GIVEN)))


def test_a_proposal_holds_as_it_comes_out() -> None:
    assert faults(GIVEN, propose(GIVEN)) == []


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("capacity", lambda p: moved(p, B=LILAS.id)),
        ("pin", lambda p: moved(p, P=None)),
        ("right", lambda p: moved(p, D=None)),
        ("claim", lambda p: moved(p, A=None)),
        ("assignment", lambda p: moved(p, A="ailleurs/0")),
        ("assignment", lambda p: replace(p, assignments={"A": None})),
        (
            "certificate",
            lambda p: replace(p, certificate=replace(p.certificate, slot_stable=False)),
        ),
        ("refusal", lambda p: replace(p, refusals={**p.refusals, "B": ()})),
        (
            "refusal",
            lambda p: replace(p, refusals={**p.refusals, "B": (Refusal(LILAS.id, ()),)}),
        ),
        (
            "cutoff",
            lambda p: replace(p, cutoffs={**p.cutoffs, "lilas/s0": CutOff(2, 2, 10)}),
        ),
        ("served", lambda p: replace(p, served=9)),
    ],
)
def test_a_result_that_was_changed_shows(code: str, change: Callable[[Proposal], Proposal]) -> None:
    found = faults(GIVEN, resealed(change))

    assert code in {fault.code for fault in found}


def test_one_letter_of_the_files_changed_shows_in_the_seal() -> None:
    proposal = propose(GIVEN)
    other = replace(GIVEN, applications=tuple(_later(one) for one in GIVEN.applications))

    assert [fault.code for fault in faults(other, proposal)] == ["digest"]


def _later(one: Application) -> Application:
    return replace(one, complete_at="2026-03-01T00:00:00Z")


def test_a_reserve_that_was_passed_by_shows() -> None:
    reserve = Reserve("insertion", ("lilas",), 1, "insertion")
    given = a_commission(
        {"lilas/s0": 1},
        a_file("A", 90, LILAS),
        a_file("I", 10, LILAS, flags=("insertion",)),
        reserves=(reserve,),
    )
    without = propose(replace(given, reserves=()))

    assert propose(given).assignments == {"A": None, "I": LILAS.id}
    assert {fault.code for fault in faults(given, _unkept(given, without))} == {"reserve"}


def _unkept(given: Snapshot, proposal: Proposal) -> Proposal:
    (kept,) = propose(given).certificate.reserves
    passed = replace(kept, served=0, promoted=())
    told = replace(proposal, certificate=replace(proposal.certificate, reserves=(passed,)))
    return seal.sealed(given, told)


def test_an_engine_that_forgets_the_bonus_of_a_creche_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The twin of A2: the auditor shares nothing with the engine, so it sees its faults."""
    given = town(Draw(seed=2))
    assert propose(given).certificate.slot_stable

    place = engine.place

    def without_bonus(given: Snapshot) -> engine.Placement:
        bare = tuple(
            replace(one, options=tuple(replace(option, bonus=0) for option in one.options))
            for one in given.applications
        )
        return place(replace(given, applications=bare))

    monkeypatch.setattr(engine, "place", without_bonus)

    assert propose(given).certificate.claims != ()
