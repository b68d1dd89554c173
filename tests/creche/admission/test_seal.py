"""A seal that anybody can compute again, on any machine: A6 and A7."""

import hashlib
import json
import subprocess
import sys

import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.creche.admission.commissions import EVERYTHING, drawn

from ribambelle_creche.domain.admission import propose, seal
from ribambelle_creche.domain.admission.reading import written

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(what=plain)
@settings(deadline=None, derandomize=True, database=None)
def test_it_is_written_as_the_rfc_writes_it(what: object) -> None:
    assert seal.canonical(what) == rfc8785.dumps(what)  # type: ignore[arg-type]  # drawn from what it takes


def test_a6_another_process_with_another_hash_seed_finds_the_same() -> None:
    snapshot = drawn(7, EVERYTHING)
    script = (
        "import sys\n"
        "from ribambelle_creche.domain.admission import propose\n"
        "from ribambelle_creche.domain.admission.reading import read_snapshot\n"
        "print(propose(read_snapshot(sys.stdin.buffer.read())).digest)"
    )

    found = {
        subprocess.run(
            [sys.executable, "-c", script],
            input=written(snapshot),
            env={"PYTHONHASHSEED": number},
            capture_output=True,
            check=True,
        ).stdout
        for number in ("1", "2")
    }

    assert found == {propose(snapshot).digest.encode() + b"\n"}


def test_it_is_the_sha256_that_the_page_describes() -> None:
    snapshot = replace(drawn(11, EVERYTHING))
    proposal = propose(snapshot)
    inputs = json.loads(written(seal.in_order(snapshot)))
    outputs = json.loads(written(proposal))
    del outputs["digest"]

    whole = rfc8785.dumps(inputs) + rfc8785.dumps(outputs)

    assert proposal.digest == "sha256:" + hashlib.sha256(whole).hexdigest()


def test_a7_one_point_more_changes_it() -> None:
    snapshot = drawn(3, EVERYTHING)
    first = replace(snapshot.applications[0], points=snapshot.applications[0].points + 1)

    other = replace(snapshot, applications=(first, *snapshot.applications[1:]))

    assert seal.inputs_digest(other) != seal.inputs_digest(snapshot)
    assert propose(other).digest != propose(snapshot).digest
