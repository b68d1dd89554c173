"""What a machine lacks: counted at the end of a run, or a failure where it must be there."""

import os
from typing import NoReturn

import pytest

NAMES = {
    "browser": "Chromium (browser journeys, accessibility)",
    "client_generator": "openapi-python-client (.venv-clients)",
    "pes_xsd": "the official PES schemas",
    "postgresql": "a PostgreSQL server",
    "systemd": "systemd-analyze",
    "real_data": "the folder of real data",
}


def miss(what: str, why: str) -> NoReturn:
    """Skip a test that needs something absent; fail it when RIBAMBELLE_REQUIRE names the thing."""
    if what in os.environ.get("RIBAMBELLE_REQUIRE", "").split(","):
        pytest.fail(f"{what} is required here and missing: {why}", pytrace=False)
    pytest.skip(f"missing {what}: {why}")
