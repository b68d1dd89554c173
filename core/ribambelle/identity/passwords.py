"""Passwords: Argon2id, in a thread so that one sign-in never stalls the portal for others."""

import asyncio
import math
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# 19 MiB and two passes: the floor of the OWASP sheet, 30 ms on a modest machine.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
NOBODY = _hasher.hash("nobody has this password")

LEAST_BITS = 50
LEAST_GUESSES = 10
"""Powers of ten: what a guesser who knows words, names, dates and leaked lists must try."""
LONGEST_READ = 72
"""Letters a guesser's patience is counted on: what follows only adds to it."""
OUR_WORDS = (
    *("motdepasse", "azertyuiop", "azerty", "bonjour", "soleil", "loulou", "doudou", "jetaime"),
    *(
        "administrateur",
        "commune",
        "mairie",
        "famille",
        "portail",
        "ribambelle",
        "creche",
        "cantine",
    ),
    *("periscolaire", "assmat", "nounou", "ecole", "paiement", "tresor"),
)
"""Words of this country and of this portal that no foreign list holds."""


async def hashed(password: str) -> str:
    """Return what is kept of a password."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def matches(kept: str | None, password: str) -> bool:
    """Tell whether a password is the one; as slow for an unknown account as for a known one."""
    loop = asyncio.get_running_loop()
    right = await loop.run_in_executor(_threads, _verify, kept or NOBODY, password)
    return right and kept is not None


def _verify(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def weakness(password: str, *about: str) -> str | None:
    """Return why a password would be too easy to guess, in French, or None.

    Strength is counted, not composed: CNIL's recommendation of 2022 asks 50 bits where tries are
    limited. Twelve letters at random are enough; so are four words. What a guesser tries first is
    refused whatever its length: leaked passwords, words with a year, keyboards, repetitions.

    >>> weakness("court")
    'Prenez au moins 12 caractères : par exemple quatre mots sans rapport.'
    >>> weakness("camille.martin75", "camille.martin@exemple.fr")
    'Ce mot de passe contient votre nom ou votre adresse. Choisissez-en un autre.'
    >>> weakness("tulipe nuage vélo citron") is None
    True
    >>> weakness("motdepasse2026!") == weakness("ilovechocolate")
    True
    >>> weakness("motdepasse2026!")
    'Ce mot de passe est trop facile à deviner. Choisissez-en un autre.'
    """
    if len(password) < 12:
        return "Prenez au moins 12 caractères : par exemple quatre mots sans rapport."
    if len(password) > 200:
        return "Prenez au plus 200 caractères."
    lower = password.casefold()
    if any(len(part) > 3 and part.casefold() in lower for word in about for part in _parts(word)):
        return "Ce mot de passe contient votre nom ou votre adresse. Choisissez-en un autre."
    if _bits(password) < LEAST_BITS or _guesses(password, about) < LEAST_GUESSES:
        return "Ce mot de passe est trop facile à deviner. Choisissez-en un autre."
    return None


def _parts(word: str) -> list[str]:
    return word.replace("@", " ").replace(".", " ").replace("-", " ").split()


def _guesses(password: str, about: tuple[str, ...]) -> float:
    """Return how many tries a guesser needs, in powers of ten; its lists are read when first asked."""
    from zxcvbn import zxcvbn

    known = [*OUR_WORDS, *(part for word in about for part in _parts(word))]
    return float(zxcvbn(password[:LONGEST_READ], user_inputs=known)["guesses_log10"])


def _bits(password: str) -> float:
    """Return the strength of a password as distinct characters drawn from its alphabet."""
    alphabet = sum(
        size
        for size, present in (
            (26, any(c.islower() for c in password)),
            (26, any(c.isupper() for c in password)),
            (10, any(c.isdigit() for c in password)),
            (20, any(not c.isalnum() for c in password)),
        )
        if present
    )
    spread = min(len(password), 2 * len(set(password.casefold())))
    return spread * math.log2(alphabet)
