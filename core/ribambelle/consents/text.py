"""The words somebody agrees to; other words are another consent."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """What is agreed to: a code, a version, and the words themselves."""

    subject: str
    version: str
    words: str

    @property
    def digest(self) -> str:
        """What proves that these were the words.

        >>> Text("a", "1", "J’accepte.").digest == Text("a", "1", "J’accepte tout.").digest
        False
        """
        return hashlib.sha256(f"{self.subject}\0{self.version}\0{self.words}".encode()).hexdigest()
