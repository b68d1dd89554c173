"""No page of staff has a barrier a machine can see: one narrow, the next wide, many as they are."""

from collections.abc import Iterator

import pytest
from tests.journeys.test_every_page import looked_at
from tests.journeys.world import World

from ribambelle.testing.browser import Stage
from ribambelle_creche.demo_figures import TOWNS

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def world(stage: Stage) -> Iterator[World]:
    real = TOWNS["saint-denis"]
    TOWNS["alpha"] = type(real)(real.areas, 40, real.desks)
    yield World(stage)
    del TOWNS["alpha"]


@pytest.mark.parametrize(
    ("space", "one_in"),
    # two minutes for all the pages of the office: one in twenty here, each in `make proofs`
    [("office", 30), ("facility", 1), pytest.param("office", 1, marks=pytest.mark.slow)],
)
def test_no_page_of_staff_has_a_barrier_that_a_machine_can_see(
    world: World, space: str, one_in: int
) -> None:
    refused, found = looked_at(world, space, in_turn=True, one_in=one_in)

    assert refused == []
    assert found == {}
