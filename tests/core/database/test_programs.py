"""PostgreSQL's own programs, wherever this machine keeps them."""

from collections.abc import Iterator

import pytest

from ribambelle.database import programs
from ribambelle.errors import Misconfigured


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    programs.find.cache_clear()
    yield
    programs.find.cache_clear()


def test_a_missing_program_is_told_in_french_with_its_cure(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(programs, "_folders", list)

    with pytest.raises(Misconfigured, match="postgresql-client-16"):
        programs.find("pg_dump", at_least=16)
