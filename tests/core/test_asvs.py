"""The page of ASVS says what the tests prove, and nothing else."""

from tests import asvs


def test_the_page_is_what_the_tests_say() -> None:
    assert asvs.PAGE.read_text("utf-8") == asvs.page(), "run: python -m tests.asvs"


def test_every_requirement_is_proved_documented_or_said_to_be_open() -> None:
    every = asvs.requirements()
    known = {one.number for one in every}

    assert len(every) == 213
    assert sum(one.level == 1 for one in every) == 64
    assert asvs.marked().keys() <= known
    assert [one.number for one in every if not (one.proofs or one.documented or one.open)] == []
    assert [one.number for one in every if one.proofs and (one.documented or one.open)] == []
    assert sum(bool(one.proofs) for one in every) >= 110


def test_every_page_named_as_evidence_is_there() -> None:
    named = {
        word.rstrip(",;:")
        for one in asvs.requirements()
        for word in one.documented.split()
        if word.startswith("docs/")
    }

    assert [one for one in named if not (asvs.ROOT / one).exists()] == []
