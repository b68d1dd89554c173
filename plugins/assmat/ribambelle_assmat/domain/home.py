"""What is her home like, and which languages are spoken there? Each field shows if she agrees."""

from dataclasses import dataclass

from ribambelle_assmat.domain.slots import listed

PETS = {"none": "Aucun animal", "some": "Des animaux"}
SMOKE = {"free": "Logement non fumeur", "some": "Logement où l’on fume"}
LANGUAGES = {
    **{"sq": "albanais", "gsw": "alsacien", "de": "allemand", "en": "anglais", "ar": "arabe"},
    **{"hy": "arménien", "bm": "bambara", "eu": "basque", "bn": "bengali", "ber": "berbère"},
    **{"br": "breton", "bg": "bulgare", "ca": "catalan", "zh": "chinois", "co": "corse"},
    **{"gcf": "créole antillais", "gcr": "créole guyanais", "rcf": "créole réunionnais"},
    **{"es": "espagnol", "fr": "français", "hi": "hindi", "it": "italien", "km": "khmer"},
    **{"fsl": "langue des signes française", "ln": "lingala", "mg": "malgache"},
    **{"swb": "mahorais", "oc": "occitan", "ur": "ourdou", "fa": "persan", "ff": "peul"},
    **{"pl": "polonais", "pt": "portugais", "ro": "roumain", "ru": "russe", "sr": "serbe"},
    **{"snk": "soninké", "ta": "tamoul", "tr": "turc", "uk": "ukrainien", "vi": "vietnamien"},
    "wo": "wolof",
}
"""By ISO 639 code: those most spoken at home in France, and its regional languages."""
WISHES = {"no_pets": "Sans animaux", "smoke_free": "Logement non fumeur"}
"""What a family may ask of a home."""


@dataclass(frozen=True, slots=True)
class Home:
    """What she says of her home; empty: she did not say, or does not show it."""

    pets: str = ""
    pets_words: str = ""
    smoke: str = ""
    languages: tuple[str, ...] = ()

    def agreed(self, consents: frozenset[str]) -> "Home":
        """Return what the public sees of it: searched, shown and exported alike.

        >>> home = Home("some", "Un chat", "free", ("ar", "fr"))
        >>> home.agreed(frozenset({"pets"}))
        Home(pets='some', pets_words='Un chat', smoke='', languages=())
        >>> home.agreed(frozenset({"smoke", "languages"}))
        Home(pets='', pets_words='', smoke='free', languages=('ar', 'fr'))
        """
        pets = (self.pets, self.pets_words) if "pets" in consents else ("", "")
        return Home(
            *pets,
            self.smoke if "smoke" in consents else "",
            self.languages if "languages" in consents else (),
        )

    def suits(self, wishes: frozenset[str], language: str) -> bool:
        """Tell whether it is what a family asks for; what is not said suits nobody who asks.

        >>> home = Home("none", "", "free", ("ar", "fr"))
        >>> home.suits(frozenset({"no_pets", "smoke_free"}), "ar"), home.suits(frozenset(), "tr")
        (True, False)
        >>> Home().suits(frozenset({"smoke_free"}), ""), Home().suits(frozenset(), "")
        (False, True)
        """
        if "no_pets" in wishes and self.pets != "none":
            return False
        if "smoke_free" in wishes and self.smoke != "free":
            return False
        return not language or language in self.languages

    @property
    def told(self) -> list[tuple[str, str]]:
        """What is said of it, in words.

        >>> Home("some", "Un chat", "free", ("ar", "fr")).told
        [('Animaux', 'Un chat'), ('Tabac', 'Logement non fumeur'), ('Langues', 'Arabe et français')]
        >>> Home("none", "", "", ()).told
        [('Animaux', 'Aucun animal')]
        """
        pets = self.pets_words if self.pets == "some" and self.pets_words else PETS.get(self.pets)
        spoken = sorted(LANGUAGES[code] for code in self.languages if code in LANGUAGES)
        spoken = [*(one.capitalize() for one in spoken[:1]), *spoken[1:]]
        found = [
            ("Animaux", pets),
            ("Tabac", SMOKE.get(self.smoke)),
            ("Langues", listed(spoken) if spoken else ""),
        ]
        return [(label, words) for label, words in found if words]


NOTHING_SAID = Home()
