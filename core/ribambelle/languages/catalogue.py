"""What each sentence is in one language: read from the files of the core and of the plugins.

The files are gettext's (``languages/en.po``): translators have tools for them. A sentence that no file
holds stays French, and so does one that a translator marked as doubtful.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import pass_eval_context
from jinja2.filters import do_join
from jinja2.nodes import EvalContext

from ribambelle.languages.known import Language
from ribambelle.languages.writing import Writing
from ribambelle.web import formats

HOLE = re.compile(r"\{(\w+)\}")
EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
COUNTED = re.compile(r"(?P<number>−?\d[\d ]*(?:,\d+)?) (?P<noun>\D.*)")
CALLED = re.compile(r"[A-ZÀ-Þ\d][\w’-]*( [A-ZÀ-Þ\d][\w’-]*)?|[\d .,:/+-]+")
"""A name or a number: « Léa et Noé » is joined as the language does."""
REMEMBERED = 20_000
"""Sentences of which the answer is kept: what people typed passes here too."""
PARTS = 12
"""Of a list that the code writes: days, criteria of a search."""
LONGEST = 250
"""Signs of what the code makes by putting values in a sentence; longer is what somebody wrote."""


def plain(sentence: str) -> str:
    """Return a sentence without what only typography decides.

    >>> plain("Prêt\u202f?  Oui")
    'Prêt ? Oui'
    """
    return " ".join(sentence.split())


@dataclass(frozen=True)
class Pattern:
    """A sentence with holes where the code puts values: « Il reste {1} places »."""

    sentence: str
    asked: re.Pattern[str]
    said: str

    @property
    def is_any(self) -> bool:
        """Tell whether its own words tell nothing: it then speaks for what is known, and for names.

        >>> Pattern.of("{1} et {2}", "").is_any, Pattern.of("Version {1}", "").is_any
        (True, False)
        """
        return len(re.findall(r"[^\W\d]", HOLE.sub("", self.sentence))) < 4

    def _may_be(self, sentence: str) -> bool:
        """Tell whether all the words of this one are there: a regular expression takes far longer."""
        return all(piece in sentence for piece in HOLE.split(self.sentence)[::2])

    @classmethod
    def of(cls, sentence: str, said: str) -> "Pattern":
        """Read the holes of a sentence; the same hole may not be twice in the French."""
        pieces = HOLE.split(sentence)
        words = [re.escape(piece) for piece in pieces[::2]]
        names = [f"(?P<hole{name}>.+?)" for name in pieces[1::2]]
        whole = "".join(word + name for word, name in zip(words, [*names, ""], strict=True))
        return cls(sentence, re.compile(whole, re.DOTALL), said)

    def fill(self, sentence: str, say: Callable[[str], str]) -> tuple[str, bool] | None:
        """Return the sentence said with its values, each said too, and whether none stays French.

        None for another sentence. A name is no language's.
        """
        found = self.asked.fullmatch(sentence) if self._may_be(sentence) else None
        if found is None:
            return None
        values = {
            name.removeprefix("hole"): say(value) for name, value in found.groupdict().items()
        }
        is_whole = all(
            values[name] != (asked := found[f"hole{name}"]) or CALLED.fullmatch(asked)
            for name in values
        )
        if self.is_any and not is_whole:
            return None
        return HOLE.sub(lambda hole: values[hole[1]], self.said), is_whole


@dataclass
class Catalogue:
    """All that is known of one language."""

    language: Language
    writing: Writing | None
    """None for easy French: it writes days and amounts as French does."""
    sentences: dict[str, str]
    nouns: dict[str, tuple[str, ...]]
    """By singular, the forms of a counted noun, in the order of the language's own rule."""
    many: dict[str, str]
    """By French plural, the singular."""
    form: Callable[[float], int]
    patterns: list[Pattern]
    _told: dict[str, str] = field(default_factory=dict)

    def sentence(self, sentence: str) -> str:
        """Return a sentence of a template in this language."""
        key = plain(sentence)
        if key in self.nouns:
            return self.nouns[key][self.form(1)]
        return self.sentences.get(key, sentence)

    def value(self, value: Any) -> Any:
        """Return what a page is about to write: a sentence of the code is said, the rest is left."""
        if type(value) is formats.SansCoupe:
            return formats.SansCoupe(self.said(str(value)))
        return self.said(value) if type(value) is str else value

    def said(self, text: str) -> str:
        """Return a text in this language when it is a sentence of ours."""
        if len(text) > LONGEST:
            return self.sentence(text)
        if text not in self._told:
            if len(self._told) >= REMEMBERED:
                self._told.clear()
            core = text.strip()
            before = text[: len(text) - len(text.lstrip())]
            after = text[len(text.rstrip()) :] if core else ""
            self._told[text] = f"{before}{self._said(core)}{after}"
        return self._told[text]

    def _said(self, text: str) -> str:
        key = plain(text)
        if (said := self.sentence(key)) != key:
            return said
        if again := self._counted_again(key) or (self.writing and self.writing.again(key)):
            return again
        if told := self._listed(key):
            return told
        partly = ""
        for pattern in self.patterns:
            if filled := pattern.fill(key, self.said):
                if filled[1]:
                    return filled[0]
                partly = partly or filled[0]
        return partly or text

    def _listed(self, french: str) -> str | None:
        """Return a list that the code wrote, each of its parts being a sentence of ours."""
        parts = french.split(", ")
        if len(parts) < 2 or len(parts) > PARTS:
            return None
        told = [self.said(part) for part in parts]
        comma = self.writing.comma if self.writing else ","
        return None if set(told) & set(parts) else f"{comma} ".join(told)

    def _counted_again(self, french: str) -> str | None:
        """Return a number and its noun that the code wrote in French; None for another text."""
        found = COUNTED.fullmatch(french)
        noun = found and self.many.get(found["noun"], found["noun"])
        if not found or noun not in self.nouns:
            return None
        number = found["number"].replace(" ", "").replace(",", ".").replace("−", "-")
        return self.counted(float(number) if "." in number else int(number), noun)

    def counted(self, count: float, one: str, many: str = "") -> str:
        """Write a number with its noun, as this language counts."""
        forms = self.nouns.get(one)
        told = self.writing.nombre(count) if self.writing else formats.nombre(count)
        if forms is None:
            noun = self.said(one if abs(count) < 2 else many or one + "s")
        else:
            noun = forms[min(self.form(abs(count)), len(forms) - 1)]
        return f"{told}\u00a0{noun}"

    def age(self, born: date, on: date) -> str:
        """Write how old a child is on a day, by the steps of `formats.age`."""
        if born > on:
            return self.said("à naître")
        months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
        if months < 3:
            return self.counted((on - born).days // 7, "semaine")
        return self.counted(months, "mois") if months < 36 else self.counted(months // 12, "an")

    @property
    def filters(self) -> dict[str, Any]:
        """The filters of this language, by the names templates call them by; none in easy French."""
        if self.writing is None:
            return {}
        return {
            **self.writing.filters,
            "pluriel": self.counted,
            "age": self.age,
            "de": str,
            # said before they are changed: a sentence in capitals is in no catalogue
            "capitalize": lambda text: _first_in_capital(self.value(str(text))),
            "lower": lambda text: str(self.value(str(text))).lower(),
            "join": self._joined,
        }

    @pass_eval_context
    def _joined(self, context: EvalContext, many: Iterable[Any], sign: str = "", *of: Any) -> Any:
        """Join what is said of each."""
        told = [one if of else self.value(one) for one in many]
        return do_join(context, told, self.value(sign), *of)


def _first_in_capital(text: str) -> str:
    """Change nothing but the first letter: English writes its months in capitals.

    >>> _first_in_capital("monday 3 December")
    'Monday 3 December'
    """
    return text[:1].upper() + text[1:]


def read(language: Language, folders: Iterable[Path]) -> Catalogue:
    """Read the files of one language, the core's first; a plugin may say a sentence otherwise."""
    from babel import Locale
    from babel.messages.pofile import read_po
    from babel.plural import to_python

    sentences, patterns = dict[str, str](), list[Pattern]()
    nouns, many = dict[str, tuple[str, ...]](), dict[str, str]()
    for file in (folder / f"{language.code}.po" for folder in folders):
        if not file.is_file():
            continue
        with file.open("rb") as content:
            messages = read_po(content, locale=language.locale)
        for message in messages:
            asked, said = _texts(message.id), _texts(message.string)
            if not asked[0] or message.fuzzy or not all(said):
                continue
            if message.pluralizable:
                nouns[asked[0]], many[asked[1]] = said, asked[0]
            elif HOLE.search(EXPRESSION.sub("", asked[0])):
                patterns.append(Pattern.of(asked[0], said[0]))
            else:
                sentences[plain(asked[0])] = said[0]
    # the words of a sentence tell it apart; « {1}, {2} » is any list
    patterns.sort(key=lambda one: -len(HOLE.sub("", one.sentence)))
    rules = Locale.parse(language.locale).plural_form
    rule, tags = to_python(rules), [*sorted(rules.tags, key=ORDER.index), "other"]
    return Catalogue(
        language,
        None if language.locale == "fr" else Writing(language),
        sentences,
        nouns,
        many,
        lambda count: tags.index(rule(count)),
        patterns,
    )


def _fact(name: str) -> str:
    """Return what a fact is about: the commune is named with « de », or without."""
    return name.removeprefix("de_")


def read_texts(language: Language, folders: Iterable[Path]) -> dict[str, str]:
    """Read what whole texts are in one language, paragraph by paragraph: those of messages."""
    from babel.messages.pofile import read_po

    found = dict[str, str]()
    for file in (folder / "messages" / f"{language.code}.po" for folder in folders):
        if file.is_file():
            with file.open("rb") as content:
                messages = read_po(content, locale=language.locale)
            found |= {
                one.id: one.string
                for one in messages
                if isinstance(one.id, str) and isinstance(one.string, str)
                if one.id and one.string and not one.fuzzy
                # a fact that the French does not hold would stop the act that writes the message
                if {*map(_fact, HOLE.findall(one.string))} <= {*map(_fact, HOLE.findall(one.id))}
            }
    return found


ORDER = ("zero", "one", "two", "few", "many", "other")


def _texts(string: str | Sequence[str] | None) -> tuple[str, ...]:
    return (string or "",) if string is None or isinstance(string, str) else tuple(string)
