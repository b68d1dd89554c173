"""Fixtures for pytest: ``pytest_plugins = ["ribambelle_paiement_tresor.testing.fixtures"]``."""

from collections.abc import Iterator

import pytest

from ribambelle_paiement_tresor.testing.treasury import SimulatedTreasury, simulated_treasury


@pytest.fixture(scope="session")
def running_treasury() -> Iterator[SimulatedTreasury]:
    """One simulator for all the tests of a process; it accepts production too, as the demo does."""
    with simulated_treasury("--allow-w") as treasury:
        yield treasury


@pytest.fixture
def treasury(running_treasury: SimulatedTreasury) -> SimulatedTreasury:
    """A treasury that knows nothing yet: Wednesday 25 November 2026, 9 h in Paris."""
    running_treasury.reset()
    return running_treasury
