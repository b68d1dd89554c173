"""A message in the language its reader chose, above the French, which counts.

A text is said when each of its paragraphs is: one that a commune wrote itself leaves in French alone.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ribambelle import tenants
from ribambelle.identity.tables import Account
from ribambelle.languages.known import OTHERS, Language
from ribambelle.messages import wording
from ribambelle.messages.types import Placeholder
from ribambelle.messages.wording import Wording
from ribambelle.web.templates import catalogue, texts

NOTE = "Traduit par une machine : en cas de doute, le texte français ci-dessous compte."
BELOW = "———"
"""A paragraph of its own, before the French."""
OF_PEOPLE = frozenset(
    {
        *("prenom", "nom", "enfant", "enfants", "personne", "famille", "qui", "agent", "adresse"),
        *(
            "nouvelle",
            "message",
            "reponse",
            "texte",
            "objet",
            "motif",
            "lieu",
            "sujet",
            "personnes",
        ),
    }
)
"""Facts that hold what people wrote or are called: left as they are."""
NOBODY_NAMED = frozenset({"votre enfant", "Un parent", "Un agent", "Un aidant", "une famille"})
"""What is written in place of a name that is not known."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A language a message can be written in: what its paragraphs are, and how it says a sentence."""

    language: Language
    paragraphs: Mapping[str, str]
    say: Callable[[str], str]

    def above(
        self,
        french: Wording,
        told: Wording,
        values: Mapping[str, str],
        facts: Iterable[Placeholder],
    ) -> Wording | None:
        """Return a message in this language and in French; None when a paragraph is not known.

        :param told: the text it was made from, its facts still between braces.
        """
        asked = (told.subject, *parts(told.body), NOTE)
        said = [part if is_bare(part) else self.paragraphs.get(part) for part in asked]
        if not all(said):
            return None
        subject, *body = (
            wording.filled(part, self._values(values, facts)) for part in said if part
        )
        whole = "\n\n".join(part for part in (*body, BELOW, french.body) if part.strip())
        return Wording(subject, whole, french.sms)

    def _values(self, values: Mapping[str, str], facts: Iterable[Placeholder]) -> dict[str, str]:
        people = {one.name for one in facts if one.name in OF_PEOPLE} - {"bonjour"}
        told = {
            name: value
            if name in people and value not in NOBODY_NAMED
            else "\n".join(map(self._line, value.split("\n")))
            for name, value in values.items()
        }
        return {name: value.replace(BELOW, "—") for name, value in told.items()}

    def _line(self, line: str) -> str:
        dash, found, item = line.partition("- ")
        return f"- {self.say(item)}" if found and not dash else self.say(line)


def parts(text: str) -> list[str]:
    """Return the paragraphs of a text, as catalogues name them.

    >>> parts("Bonjour,\\n\\nOù : {lieu} \\nQuand : {quand}\\n")
    ['Bonjour,', 'Où : {lieu}\\nQuand : {quand}']
    """
    whole = "\n".join(" ".join(line.split()) for line in text.strip().splitlines())
    return [part.strip("\n") for part in whole.split("\n\n") if part.strip()]


def is_bare(part: str) -> bool:
    """Tell whether a paragraph has no words of its own.

    >>> is_bare("{lien}"), is_bare("Voir : {lien}")
    (True, False)
    """
    return re.search(r"\w", wording.HOLE.sub("", part)) is None


def split(text: str) -> tuple[str, str]:
    """Return what of a message is in its reader's language, and its French.

    >>> split("Hello\\n\\n———\\n\\nBonjour")
    ('Hello', 'Bonjour')
    """
    said, _, french = text.partition(f"\n\n{BELOW}\n\n")
    return said, french


async def reader(account: int | None) -> Reader | None:
    """Return the language an account reads, when messages are written in it; None for French."""
    tenant = tenants.current()
    if account is None or not tenant.settings.languages:
        return None
    row = await Account.select(Account.language).where(Account.id == account).first()
    code = row["language"] if row else ""
    plugins = tenant.platform.plugins
    if code not in tenant.settings.languages or not (known := texts(plugins, code)):
        return None
    return Reader(OTHERS[code], known, catalogue(plugins, code).said)
