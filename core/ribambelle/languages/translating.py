"""Templates in another language: translated once, when they are compiled."""

import re

from jinja2 import Environment
from jinja2.ext import Extension

from ribambelle.languages.catalogue import Catalogue
from ribambelle.languages.fragments import rewritten

KEPT = "tel_quel"
"""The filter that marks what is no sentence."""
CALLED = "given_name|family_name|first_name|child_name|name|email|street"
PEOPLE = re.compile(rf"\{{\{{(-?) *([\w.\[\]]*\b(?:{CALLED})) *(-?)\}}\}}")
"""What somebody is called: a child named like a button keeps its name."""


class Translated(Extension):
    """Hands each sentence of a template to the catalogue of its environment."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the source of a template in the language of the environment."""
        catalogue = self.environment.globals["catalogue"]
        assert isinstance(catalogue, Catalogue)
        said = rewritten(source, catalogue.sentence, KEPT)
        return PEOPLE.sub(rf"{{{{\1 \2 | {KEPT} \3}}}}", said)


def in_language(french: Environment, catalogue: Catalogue) -> Environment:
    """Return the same templates in another language; they share what they are loaded from."""
    found = french.overlay(extensions=[Translated], finalize=catalogue.value)
    found.filters = {**french.filters, **catalogue.filters}
    found.globals = {**french.globals, "catalogue": catalogue}
    return found
