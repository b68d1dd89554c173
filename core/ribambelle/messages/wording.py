"""The text of a message as a commune may write it: words, and facts between braces.

Nothing is run: a fact is put where its name stands, once, and what it holds is never read again.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from ribambelle.errors import Refused

HOLE = re.compile(r"\{([^{}\n]*)\}")
LONGEST_SUBJECT, LONGEST_BODY = 200, 6000


@dataclass(frozen=True, slots=True)
class Wording:
    """One text: the subject and body of an e-mail, and the SMS when there is one."""

    subject: str
    body: str
    sms: str = ""


def parted(text: str) -> Wording:
    """Return the wording a file holds: a first line for the subject, then the text.

    >>> parted("Bonjour\\n\\nVoici {lien}\\n")
    Wording(subject='Bonjour', body='Voici {lien}', sms='')
    """
    subject, _, body = text.strip().partition("\n")
    return Wording(subject.strip(), body.strip())


def names(text: str) -> list[str]:
    """Return the facts a text holds, in order.

    >>> names("Bonjour {prenom}, voici {lien}.")
    ['prenom', 'lien']
    """
    return HOLE.findall(text)


def require(text: str, known: Collection[str], required: Collection[str] = ()) -> None:
    """Refuse a text that holds a fact nobody knows, or lacks one it is worth nothing without.

    >>> require("Bonjour {prenom}, voici {lien}.", {"prenom", "lien"}, {"lien"})
    >>> require("Bonjour {nom}.", {"prenom"})
    Traceback (most recent call last):
    ...
    ribambelle.errors.Refused: placeholder_unknown (name=nom)
    >>> require("Bonjour {prenom}.", {"prenom", "lien"}, {"lien"})
    Traceback (most recent call last):
    ...
    ribambelle.errors.Refused: placeholder_missing (name=lien)
    >>> require("Bonjour {prenom", {"prenom"})
    Traceback (most recent call last):
    ...
    ribambelle.errors.Refused: brace_alone
    """
    held = names(text)
    for name in held:
        if name not in known:
            raise Refused("placeholder_unknown", name=name)
    if re.search(r"[{}]", HOLE.sub("", text)):
        raise Refused("brace_alone")
    for name in required:
        if name not in held:
            raise Refused("placeholder_missing", name=name)


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its facts. A line whose facts are all empty goes; so does a paragraph.

    >>> filled("Bonjour {prenom},\\n\\nSuivre : {lien}\\n\\nÀ bientôt", {"prenom": "Zoé", "lien": ""})
    'Bonjour Zoé,\\n\\nÀ bientôt'
    >>> filled("Manquent :\\n{pieces}\\n\\nFin", {"pieces": ""})
    'Fin'
    >>> filled("Bonjour {prenom}", {"prenom": "{lien}", "lien": "https://x"})
    'Bonjour {lien}'
    """
    parts = (part.strip("\n") for part in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")))
    told = [_paragraph(part, values) for part in parts if _is_told(part, values)]
    return "\n\n".join(part for part in told if part.strip())


def _paragraph(part: str, values: Mapping[str, str]) -> str:
    lines = [line for line in part.split("\n") if _is_told(line, values)]
    return HOLE.sub(lambda found: values[found[1]], "\n".join(lines))


def _is_told(text: str, values: Mapping[str, str]) -> bool:
    held = names(text)
    return not held or any(values[name] for name in held)


def in_html(text: str, *homes: str) -> list[Markup]:
    """Return the paragraphs of a text for an e-mail's reader; only the portal's own links are live.

    A name that looks like an address stays words.

    >>> in_html("Bonjour <b>Eve</b>\\nhttps://evil.test\\n\\nhttps://a.fr/x.", "https://a.fr/")
    [Markup('Bonjour &lt;b&gt;Eve&lt;/b&gt;<br>https://evil.test'), Markup('<a href="https://a.fr/x">https://a.fr/x</a>.')]
    """
    where = "|".join(re.escape(home) for home in homes)
    link = re.compile(rf"((?:{where})(?:[^\s<>\"]*[^\s<>\".,;:!?)])?)")
    return [_marked(part.strip(), link) for part in text.split("\n\n") if part.strip()]


def _marked(part: str, link: re.Pattern[str]) -> Markup:
    pieces = [
        Markup('<a href="{0}">{0}</a>').format(piece) if number % 2 else escape(piece)
        for number, piece in enumerate(link.split(part))
    ]
    return Markup("").join(pieces).replace("\n", Markup("<br>"))
