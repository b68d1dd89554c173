"""Who is asked about: a civil status as the State writes it, which its owner types once."""

from base64 import b64decode, b64encode
from datetime import date

import msgspec

from ribambelle import tenants
from ribambelle.documents import sealing
from ribambelle.search import fold

PURPOSE = "state identity"
FRANCE = "99100"
SEXES = {"F": "Féminin", "M": "Masculin"}


class Asker(msgspec.Struct, frozen=True, omit_defaults=True):
    """A parent, as their birth certificate names them."""

    family_name: str
    given_names: tuple[str, ...]
    sex: str
    born_on: date
    town: str = ""
    departement: str = ""
    country: str = FRANCE
    usual_name: str = ""

    def parameters(self) -> list[tuple[str, str]]:
        """Return what is asked, as API Particulier names it.

        >>> one = Asker("DUBOIS", ("Angela", "Claire"), "F", date(1962, 8, 4), "Nantes", "44")
        >>> one.parameters()  # doctest: +NORMALIZE_WHITESPACE
        [('nomNaissance', 'DUBOIS'), ('prenoms[]', 'Angela'), ('prenoms[]', 'Claire'),
         ('sexeEtatCivil', 'F'), ('anneeDateNaissance', '1962'), ('moisDateNaissance', '08'),
         ('jourDateNaissance', '04'), ('codeCogInseePaysNaissance', '99100'),
         ('nomCommuneNaissance', 'Nantes'), ('codeCogInseeDepartementNaissance', '44')]

        Whoever was born abroad has a country, and no town.

        >>> Asker("DIOP", ("Awa",), "F", date(1990, 1, 2), country="99341").parameters()[-1]
        ('codeCogInseePaysNaissance', '99341')
        """
        told = [("nomNaissance", self.family_name)]
        if self.usual_name:
            told.append(("nomUsage", self.usual_name))
        told += [("prenoms[]", one) for one in self.given_names]
        told += [
            ("sexeEtatCivil", self.sex),
            ("anneeDateNaissance", f"{self.born_on:%Y}"),
            ("moisDateNaissance", f"{self.born_on:%m}"),
            ("jourDateNaissance", f"{self.born_on:%d}"),
            ("codeCogInseePaysNaissance", self.country),
        ]
        if self.country == FRANCE:
            told += [
                ("nomCommuneNaissance", self.town),
                ("codeCogInseeDepartementNaissance", self.departement),
            ]
        return told


def sealed(asker: Asker, account: int) -> str:
    """Return a civil status that only this commune opens, for this account only."""
    content = msgspec.json.encode(asker)
    return b64encode(sealing.wrap(content, _key(), _place(account))).decode()


def opened(text: str, account: int) -> Asker | None:
    """Return a civil status as it was typed; raises Broken when it is not what was sealed."""
    if not text:
        return None
    content = sealing.unwrap(b64decode(text), _key(), _place(account))
    return msgspec.json.decode(content, type=Asker)


def _key() -> bytes:
    tenant = tenants.current()
    return sealing.derived(tenant.key, tenant.slug.encode(), PURPOSE)


def _place(account: int) -> str:
    return f"{tenants.current().slug}\0account:{account}"


def as_text(text: str, account: int) -> dict[str, str]:
    """Return a civil status as its owner takes it away."""
    asker = opened(text, account)
    return {name: str(value) for name, value in msgspec.to_builtins(asker or {}).items()}


def is_oneself(told: Asker, given_name: str, family_name: str) -> bool:
    """Tell whether a civil status is that of the person signed in, as the portal knows them.

    Nobody reads another's resources by typing their name: the other parent asks for themselves.

    >>> mine = Asker("Dubois", ("Angela", "Claire"), "F", date(1962, 8, 4), usual_name="Le Goff")
    >>> is_oneself(mine, "Angéla", "LE GOFF"), is_oneself(mine, "Angela Claire", "Dubois")
    (True, True)
    >>> is_oneself(mine, "Marc", "Dubois"), is_oneself(mine, "Angela", "Payet")
    (False, False)
    """
    first = fold(given_name).split(" ")[0]
    named = {fold(told.family_name), fold(told.usual_name)} - {""}
    return first == fold(" ".join(told.given_names)).split(" ")[0] and fold(family_name) in named
