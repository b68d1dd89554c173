"""A password is strong by what it takes to guess it, and nothing else is asked of it."""

import re

import pytest

from ribambelle.identity import passwords
from ribambelle.testing import Communes

LEAKED = (
    *("123456789012", "passwordpassword", "qwertyuiop123", "1q2w3e4r5t6y", "iloveyou1234"),
    *("motdepasse123", "azertyuiop12", "administrateur", "soleilsoleil", "bonjourbonjour"),
    *("password12345", "letmein123456", "football1234", "abcdefghijkl", "111111111111"),
)


@pytest.mark.asvs("6.2.1", "6.2.4", "6.2.12")
def test_short_and_leaked_ones_are_refused() -> None:
    assert passwords.weakness("kX9!kX9!kX9")  # eleven
    assert [one for one in LEAKED if passwords.weakness(one) is None] == []


@pytest.mark.asvs("6.1.2", "6.2.11")
def test_words_of_the_portal_and_of_its_owner_are_no_secret() -> None:
    assert passwords.weakness("ribambelle2026")
    assert passwords.weakness("cantinemairie12")
    assert passwords.weakness("hoarau-anne-7421!", "anne.hoarau@example.test")


@pytest.mark.asvs("6.2.5", "6.2.9")
def test_any_letters_do_and_long_ones_are_taken() -> None:
    assert passwords.weakness("tulipe nuage velo citron") is None
    assert passwords.weakness("ΩЖ漢字 ñ ü é œ ß å ł") is None
    assert passwords.weakness("nuage citron vélo tulipe " * 5) is None


@pytest.mark.asvs("6.2.8", "11.4.2")
async def test_what_is_kept_is_slow_to_guess_and_every_letter_counts() -> None:
    kept = await passwords.hashed("Nuage citron " * 8)
    memory = re.search(r"^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$", kept)

    assert memory
    assert (int(memory[1]) >= 19_456, int(memory[2]) >= 2) == (True, True)
    assert await passwords.matches(kept, "Nuage citron " * 8)
    assert not await passwords.matches(kept, "nuage citron " * 8)
    assert not await passwords.matches(kept, ("Nuage citron " * 8)[:-1])


@pytest.mark.asvs("6.2.6", "6.2.7", "7.4.4")
async def test_the_page_of_an_account_hides_what_is_typed_and_lets_managers_paste(
    communes: Communes,
) -> None:
    page = (await (await communes.alpha.family()).get("/compte")).text

    field = re.search(r'<input[^>]*name="password"[^>]*>', page)
    assert field
    assert 'type="password"' in field[0]
    assert 'autocomplete="new-password"' in field[0]
    assert "onpaste" not in page
    assert 'action="/deconnexion"' in page


@pytest.mark.asvs("14.3.1")
async def test_signing_out_empties_what_the_browser_kept(communes: Communes) -> None:
    browser = await communes.alpha.family()

    assert '"cache"' in (await browser.post("/deconnexion")).headers["clear-site-data"]
