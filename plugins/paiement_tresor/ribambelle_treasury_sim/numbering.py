"""The numbers the treasury gives, drawn from a seed so that a run can be played again."""

from random import Random
from uuid import UUID


class Numbering:
    """Numbers of payments and of authorisations."""

    def __init__(self, seed: int) -> None:
        self.draw = Random(seed)  # noqa: S311 - nothing here is secret

    def idop(self) -> str:
        """Return the number of a new payment, shaped as a UUID of version 1.

        >>> len(Numbering(1).idop()), Numbering(1).idop() == Numbering(1).idop()
        (36, True)
        >>> UUID(Numbering(1).idop()).version
        1
        """
        return str(UUID(int=self.draw.getrandbits(128), version=1))

    def authorisation(self, letter: str) -> str:
        """Return the number of a payment taken, in the shape recorded for its means."""
        if letter == "P":
            return f"{self.draw.getrandbits(16):04X}"
        return f"{self.draw.randrange(10**12):012d}-tip"
