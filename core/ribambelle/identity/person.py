"""The person a request comes from, and what they may do here."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Kind = Literal["family", "staff"]
API = "api"
"""The side of what a program did, by its token: never a person's account."""
AIDANT = "aidant"
"""The side of what an aidant did, by a mandate of Aidants Connect: never the family's own."""
NO_ADDRESS = "@sans-adresse.invalid"
"""How the accounts of people without e-mail end: RFC 2606 keeps ``.invalid`` from ever existing."""


@dataclass(frozen=True, slots=True)
class Role:
    """Something a member of staff may be in a commune, declared by the `roles` hook.

    `scope` names what the role is limited to (``creche.facility``), or is empty for the whole
    commune; `told` says in one French sentence what it is for. A role that is `read_only` never
    lets anybody change anything, whatever the route. One taken `by_oneself` is opened by whoever
    holds it: it is not offered on the team's page, where they are told apart.
    """

    code: str
    label: str
    scope: str = ""
    told: str = ""
    read_only: bool = False
    by_oneself: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """One role held by one account, limited to one thing when `scope` says so.

    >>> Grant("creche_manager", "creche.facility:12").number("creche.facility")
    12
    >>> Grant("agent").number("creche.facility") is None
    True
    """

    role: str
    scope: str = ""

    def number(self, kind: str) -> int | None:
        """Return the id this grant is limited to, when it is of this kind."""
        name, _, number = self.scope.partition(":")
        return int(number) if name == kind and number else None


@dataclass(frozen=True, slots=True)
class Behalf:
    """Who acts for a family: staff in one errand, or a program; journalled and told as such."""

    errand: int
    staff: int
    name: str
    token: int = 0
    """The token of the program that acts; 0 when it is a member of staff."""
    by_mandate: bool = False
    """An aidant acts, whom the family gave a mandate to: `staff` is then the family's own account."""

    @property
    def author(self) -> tuple[int | None, str]:
        """The account and the side that histories and the journal name.

        >>> Behalf(4, 8, "Sophie").author, Behalf(0, 0, "Logiciel", token=3).author
        ((8, 'office'), (None, 'api'))
        >>> Behalf(4, 2, "Un aidant", by_mandate=True).author
        (2, 'aidant')
        """
        if self.token:
            return None, API
        return self.staff, AIDANT if self.by_mandate else "office"


@dataclass(frozen=True, slots=True)
class Bearer:
    """The program a request comes from."""

    token: int
    name: str
    prefix: str
    scopes: frozenset[str]
    expires_at: datetime

    @property
    def behalf(self) -> Behalf:
        """How what it does is written: by this token, for a family, never as the family."""
        return Behalf(0, 0, self.name, self.token)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in to one commune.

    `strong` says that a second factor was given in this session: staff pages demand it. `adult` and
    `household` say who a family is in the register; 0 until it has told. `behalf` is set while staff
    acts for this family: the pages are the family's, the journal and the history name the agent.
    """

    account: int
    session: int
    email: str
    name: str
    kind: Kind
    grants: frozenset[Grant] = field(default_factory=frozenset)
    strong: bool = False
    adult: int = 0
    household: int = 0
    behalf: Behalf | None = None

    def holds(self, *roles: str) -> bool:
        """Tell whether one of these roles is held, whatever its scope."""
        return any(grant.role in roles for grant in self.grants)

    def numbers(self, role: str, kind: str) -> list[int]:
        """Return the ids of what a scoped role covers, in order."""
        found = {grant.number(kind) for grant in self.grants if grant.role == role}
        return sorted(number for number in found if number is not None)

    @property
    def is_family(self) -> bool:
        """Tell whether this is a family, and not staff."""
        return self.kind == "family"

    @property
    def is_staff(self) -> bool:
        """Tell whether this is a member of staff, of the town hall or of a partner."""
        return self.kind == "staff"
