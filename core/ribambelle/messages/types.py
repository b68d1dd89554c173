"""What a message is declared as: when it leaves, to whom, and the facts its text may hold."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One fact a text may hold, written ``{name}`` in it.

    `fact` is the name the code gives it under, when it is another; `write` puts it in words.
    """

    name: str
    label: str
    sample: str
    fact: str = ""
    required: bool = False
    """The message is worth nothing without it: a link, a date."""
    lines: bool = False
    """It may hold several lines: a list, a reason."""
    write: Callable[[Any], str] = str


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """One message, for one event.

    `path` names the file that holds its original text: ``creche/messages/remind``.
    """

    path: str
    title: str
    sent: str
    """When it leaves, after « Part »: ``dès que la famille envoie sa demande``."""
    reader: str
    """Who receives it, after « à »: ``la famille``."""
    placeholders: tuple[Placeholder, ...] = ()
    area: str = "Le portail"
    sms: str = ""
    """Its original text as an SMS; empty when it never leaves as one."""
    is_optional: bool = False
    """A family may choose how it receives it; the others are always sent by e-mail."""

    @property
    def code(self) -> str:
        """Its name in addresses and in the journal.

        >>> MessageTemplate("creche/messages/remind", "Relance", "", "").code
        'creche.remind'
        >>> MessageTemplate("messages/sign_in", "Connexion", "", "").code
        'sign_in'
        """
        return self.path.removeprefix("messages/").replace("/messages/", ".")

    @property
    def is_paper(self) -> bool:
        """Tell whether it is printed, and never sent."""
        return False


@dataclass(frozen=True, slots=True)
class PaperTemplate(MessageTemplate):
    """One paper the town hall prints: a letter, a certificate.

    `path` names the file of its original text: ``creche/papers/waiting_list``. `sent` tells when
    it is printed, after « S’imprime », and `reader` for whom, after « pour ».
    """

    @property
    def code(self) -> str:
        """Its name in addresses and in the journal.

        >>> PaperTemplate("creche/papers/waiting_list", "Attestation", "", "").code
        'creche.paper.waiting_list'
        """
        return self.path.replace("papers/", "paper.").replace("/", ".")

    @property
    def is_paper(self) -> bool:
        """Tell whether it is printed, and never sent."""
        return True


def written(value: Any, placeholder: Placeholder) -> str:
    """Return a fact as a text may hold it: a name never brings lines of its own.

    >>> written("Eve\\nBcc: all@example.test", Placeholder("prenom", "Prénom", "Camille"))
    'Eve Bcc: all@example.test'
    >>> written(["Livret\\x07", "Bail"], Placeholder("pieces", "Pièces", "", lines=True, write=listed))
    '- Livret\\n- Bail'
    >>> written("9\\u00a0h", Placeholder("quand", "Quand", "9 h"))
    '9 h'
    >>> written(None, Placeholder("lien", "Lien", "https://…"))
    ''
    """
    told = "" if value is None else placeholder.write(value)
    lines = [" ".join("".join(c for c in line if c.isprintable()).split()) for line in _lines(told)]
    return "\n".join(lines).strip() if placeholder.lines else " ".join(filter(None, lines))


def _lines(text: str) -> list[str]:
    # « 9 h » is printed with a space that is no letter: without one, it would read « 9h »
    return re.sub("[\t\u00a0\u202f]", " ", text).splitlines()


def listed(items: Iterable[str]) -> str:
    """Write one thing a line.

    >>> listed(["Livret de famille", "Justificatif de domicile"])
    '- Livret de famille\\n- Justificatif de domicile'
    """
    return "\n".join(f"- {item}" for item in items)


def greeting(name: str) -> str:
    """Greet somebody whose first name may not be known.

    >>> greeting("Camille"), greeting("")
    ('Bonjour Camille', 'Bonjour')
    """
    return f"Bonjour {name}".strip()
