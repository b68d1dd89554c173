"""The languages a portal speaks: how each calls itself, writes, and reads."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """A language, as a reader chooses it.

    :param code: what a file, a setting and a cookie call it.
    :param name: what it calls itself.
    :param tag: what a page says of its own words (BCP 47).
    :param locale: how it writes days and amounts (CLDR); French numbers in easy French.
    """

    code: str
    name: str
    tag: str
    locale: str
    direction: str = "ltr"


FRENCH = Language("fr", "Français", "fr", "fr")
OTHERS = {
    one.code: one
    for one in (
        Language("en", "English", "en", "en_GB"),
        Language("ar", "العربية", "ar", "ar", "rtl"),
        Language("facile", "Français facile", "fr", "fr"),
    )
}
