"""Every sentence that families read is said in English and in Arabic, and loses nothing there."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from markupsafe import escape
from tests.catalogues import WHOLE, Asked, asked_of, holes, made_by_code, of_families, wrong

from ribambelle.languages.catalogue import plain
from ribambelle.languages.fragments import sentences
from ribambelle.languages.known import OTHERS
from ribambelle.plugins import Plugins
from ribambelle.web import formats
from ribambelle.web.templates import catalogue

Said = dict[Asked, Asked]


@pytest.fixture(scope="module")
def asked(installed: Plugins) -> dict[Path, list[Asked]]:
    """What each folder of catalogues has to say."""
    return asked_of(installed)


def said_in(file: Path, code: str) -> Said:
    """Return what a catalogue says, without what a translator doubts."""
    with file.open("rb") as content:
        messages = read_po(content, locale=OTHERS[code].locale)
    return {
        (tuple(one.id) if one.pluralizable else plain(one.id)): one.string
        for one in messages
        if one.id and not one.fuzzy and all(one.string or [""])
    }


def unsaid(asked: list[Asked], said: Said) -> list[Asked]:
    return [one for one in asked if one not in said]


@pytest.mark.parametrize("code", WHOLE)
def test_every_sentence_is_said(asked: dict[Path, list[Asked]], code: str) -> None:
    left = {
        folder.parent.name: missing
        for folder, sentences in asked.items()
        if (missing := unsaid(sentences, said_in(folder / f"{code}.po", code)))
    }

    assert left == {}, "python -m tests.catalogues writes them in; say them"
    assert sum(map(len, asked.values())) > 700


@pytest.mark.parametrize("code", OTHERS)
def test_nothing_of_a_sentence_is_lost_on_the_way(
    asked: dict[Path, list[Asked]], code: str
) -> None:
    lost = {
        sentence: reasons
        for folder in asked
        if (file := folder / f"{code}.po").is_file()
        for sentence, said in said_in(file, code).items()
        if isinstance(sentence, str) and isinstance(said, str)
        if (reasons := wrong(sentence, said))
    }

    assert lost == {}


@pytest.mark.parametrize("code", OTHERS)
def test_no_sentence_stays_that_nobody_says(
    asked: dict[Path, list[Asked]], installed: Plugins, code: str
) -> None:
    known = made_by_code(installed)
    every = {one for sentences in asked.values() for one in sentences}
    stale = [
        sentence
        for folder in asked
        if (file := folder / f"{code}.po").is_file()
        for sentence in said_in(file, code)
        if sentence not in every and isinstance(sentence, str) and holes(sentence) not in known
    ]

    assert stale == [], "python -m tests.catalogues takes them out"


def test_a_sentence_left_out_is_seen(asked: dict[Path, list[Asked]]) -> None:
    """The twin: a sentence that a new page brings has no line yet."""
    folder, sentences = next(iter(asked.items()))
    said = said_in(folder / "en.po", "en")
    gone = next(one for one in sentences if one in said)

    assert unsaid([*sentences, "Une phrase de plus"], said)[-1] == "Une phrase de plus"
    assert gone in unsaid(sentences, {one: text for one, text in said.items() if one != gone})


READ_MOST = (
    *("home.html", "sign_in/email.html", "sign_in/sent.html", "legal/data.html"),
    *("family/mine.html", "privacy/mine.html", "creche/dossier/new.html"),
    *("creche/family/why.html", "creche/public/criteria.html", "periscolaire/week.html"),
    "paiement/invoices.html",
)


@pytest.mark.parametrize("name", READ_MOST)
def test_the_pages_read_most_are_said_in_easy_french(installed: Plugins, name: str) -> None:
    file = of_families(installed)[name]
    folder = next(one.parent for one in file.parents if one.name == "templates") / "languages"
    said = said_in(folder / "facile.po", "facile")

    of_page = {plain(one) for one in sentences(file.read_text("utf-8"))} & said.keys()

    assert of_page


def test_what_the_code_says_is_said_in_each_language(
    asked: dict[Path, list[Asked]], installed: Plugins
) -> None:
    """The journey through every page is made in English: Arabic says all that English says."""
    for folder in asked:
        english, arabic = (set(said_in(folder / f"{code}.po", code)) for code in WHOLE)
        assert sorted(map(str, english - arabic)) == []


def test_a_file_number_stays_whole_in_each_language(installed: Plugins) -> None:
    french = formats.SansCoupe("La demande C-1042 est retirée.")
    english = catalogue(installed, "en").value(french)

    assert str(english) == "Application C-1042 is withdrawn."
    whole = '<span class="insecable">C-1042</span>'
    assert [str(escape(one)).count(whole) for one in (french, english)] == [1, 1]


def test_what_somebody_wrote_is_compared_with_no_pattern(installed: Plugins) -> None:
    """A long text that looks like a sentence with holes would keep a process busy for minutes."""
    english = catalogue(installed, "en")
    hostile = " pour , sur " * 400

    assert english.said(hostile) == hostile
    assert hostile not in english._told


@pytest.mark.parametrize("typed", ["30 février", "32 mars 2027", "mai 0000", "12 h 75", "45 h"])
def test_a_day_or_an_hour_that_does_not_exist_stays_as_it_is(
    installed: Plugins, typed: str
) -> None:
    assert catalogue(installed, "en").said(typed) == typed


@pytest.mark.parametrize(
    ("french", "english"),
    [
        ("jusqu’à la veille, 10 h", "until the day before, 10:00"),
        ("jusqu’à la veille d’école, 10 h", "until the school day before, 10:00"),
        (
            "jusqu’à 2 jours avant, 12 h, sans compter le samedi et le dimanche",
            "until 2\u00a0days before, 12:00, not counting Saturday and Sunday",
        ),
        ("Léa et Noé", "Léa and Noé"),
        ("Oui, je confirme", "Oui, je confirme"),
        ("mercredi 3 décembre à 9 h", "Wednesday 3 December, 09:00"),
        ("3 places", "3\u00a0places"),
    ],
)
def test_what_the_code_puts_together_is_said_whole_or_not_at_all(
    installed: Plugins, french: str, english: str
) -> None:
    assert catalogue(installed, "en").said(french) == english
