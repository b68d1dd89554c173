"""What may be asked of the State, by whom, and at which address."""

from dataclasses import dataclass

from ribambelle.tenants.settings import Particulier

QUOTIENT, RESOURCES, SCHOOLING = "quotient", "resources", "schooling"


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing the State knows: its endpoint, and what a family reads of it."""

    code: str
    label: str
    asked: str
    """What is asked, in the words of the consent."""
    version: str
    path: str
    scopes: tuple[str, ...] = ()
    """What FranceConnect is asked for it; none when it cannot be asked that way."""

    def endpoint(self, settings: Particulier, way: str) -> str:
        """Return the address of one way of asking, in the version the commune says.

        >>> told = Particulier(address="https://p.test/", versions={"quotient": "v4"})
        >>> KINDS[QUOTIENT].endpoint(told, "identite")
        'https://p.test/v4/dss/quotient_familial/identite'
        >>> KINDS[SCHOOLING].endpoint(told, "identite")
        'https://p.test/v4/men/scolarites/identite'
        """
        version = settings.versions.get(self.code, self.version)
        return f"{settings.address.rstrip('/')}/{version}/{self.path}/{way}"


KINDS = {
    one.code: one
    for one in (
        Kind(
            QUOTIENT,
            "Quotient familial",
            "votre quotient familial du mois",
            "v3",
            "dss/quotient_familial",
            ("cnaf_quotient_familial", "cnaf_allocataires", "cnaf_enfants"),
        ),
        Kind(
            RESOURCES,
            "Ressources retenues pour la crèche",
            "vos ressources de l’année et le nombre d’enfants à charge",
            "v3",
            "dss/participation_familiale_eaje",
            ("cnaf_participation_familiale_eaje", "cnaf_allocataires", "cnaf_enfants"),
        ),
        Kind(
            SCHOOLING,
            "Inscription à l’école",
            "si votre enfant est inscrit dans un établissement, et lequel",
            "v4",
            "men/scolarites",
        ),
    )
}
IDENTITY, FRANCECONNECT = "identite", "france_connect"
"""How somebody is named to the State: by their civil status, or by who they are at FranceConnect."""
