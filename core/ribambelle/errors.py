"""What can go wrong in words a page, a command or a plugin can act on.

```
RibambelleError
├── Refused        a rule says no; the page tells why and what to do next
├── NotYours       it is somebody else's, or does not exist: 404, never told apart
├── Misconfigured  a setting is wrong: file, key and cure
├── NoTenant       a query, link or log line outside any commune: a fault of ours
└── Unavailable    the commune's database cannot answer now: 503, try again
    └── ReadOnly   it answers who reads; what would be written is refused on purpose
```
"""

from typing import Any


class RibambelleError(Exception):
    """Anything Ribambelle itself raises."""


class Refused(RibambelleError):
    """A rule refuses; `reason` is a code that a template turns into a sentence.

    >>> raise Refused("too_many_wishes", allowed=3)
    Traceback (most recent call last):
    ...
    ribambelle.errors.Refused: too_many_wishes (allowed=3)
    """

    def __init__(self, reason: str, **facts: Any) -> None:
        self.reason, self.facts = reason, facts
        told = ", ".join(f"{name}={value}" for name, value in facts.items())
        super().__init__(f"{reason} ({told})" if told else reason)


class NotYours(RibambelleError):
    """The thing asked for does not exist for this person."""


class Misconfigured(RibambelleError):
    """A setting is wrong; the message, in French, names the file, the key and the cure.

    >>> print(Misconfigured("fuseau inconnu « Paris »", file="tenants/nantes.toml", key="timezone",
    ...                     cure="écrivez par exemple Europe/Paris"))
    tenants/nantes.toml, clé « timezone » : fuseau inconnu « Paris ». Écrivez par exemple Europe/Paris.
    """

    def __init__(self, what: str, *, file: str = "", key: str = "", cure: str = "") -> None:
        self.what, self.file, self.key, self.cure = what, file, key, cure
        where = ", ".join(part for part in (file, f"clé « {key} »" if key else "") if part)
        told = f"{where} : {what}" if where else what
        self.message = f"{told}. {cure[:1].upper()}{cure[1:]}." if cure else f"{told.rstrip('.')}."
        super().__init__(self.message)


class NoTenant(RibambelleError):
    """Something that belongs to a commune was asked for outside any commune."""


class Unavailable(RibambelleError):
    """The commune's database cannot be reached or read at this moment."""


class ReadOnly(Unavailable):
    """The commune is only read for a moment: it is moved, upgraded, or its agent asked for it."""
