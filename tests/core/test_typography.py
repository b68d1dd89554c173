"""Spaces that printers use, in the words of a template and nowhere else."""

import pytest
from jinja2 import DictLoader, Environment

from ribambelle.web.typography import NBSP, THIN, Typography


def rendered(source: str, **context: object) -> str:
    pages = Environment(
        loader=DictLoader({"page": source}), extensions=[Typography], autoescape=True
    )
    return pages.get_template("page").render(**context)


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Prêt ?", f"Prêt{THIN}?"),
        ("Bravo !", f"Bravo{THIN}!"),
        ("oui ; non", f"oui{THIN}; non"),
        ("Note : ceci", f"Note{NBSP}: ceci"),
        ("« Oui »", f"«{NBSP}Oui{NBSP}»"),
        ("de 7 h 30 à 9 h", f"de 7{NBSP}h{NBSP}30 à 9{NBSP}h"),
        ("10 semaines à 3 ans", f"10{NBSP}semaines à 3{NBSP}ans"),
        ("1 208 places", f"1{THIN}208{NBSP}places"),
        ("demande n° 12", f"demande n°{NBSP}12"),
        ("Centre · Gare", f"Centre{NBSP}· Gare"),
    ],
)
def test_french_spaces(written, printed):
    assert rendered(f"<p>{written}</p>") == f"<p>{printed}</p>"


@pytest.mark.parametrize(
    "kept",
    [
        '<a title="Quoi ? « Oui »" href="/a?b : c">lien</a>',
        "<a title='Quoi ?'>x</a>",
        '<p data-x="a > b ?">x</p>',
        "<script>a ? b : c</script>",
        "<style>a : b { }</style>",
        "<code>x ? y : z</code>",
        "<textarea>Quoi ?</textarea>",
        "<!-- Quoi ? -->",
        "<p>12:30 https://exemple.fr 3 marches</p>",
        "<input value='5 %' >",
        "<!doctype html>",
    ],
)
def test_tags_code_and_comments_are_left_alone(kept):
    assert rendered(kept) == kept


def test_words_after_code_are_spaced_again():
    assert rendered("<code>a ?</code> Quoi ?").endswith(f" Quoi{THIN}?")


def test_a_tag_cut_by_an_expression_is_still_a_tag():
    printed = rendered('<a href="/x?q={{ q }} ?" title="a : b">Quoi ?</a>', q=1)

    assert printed == f'<a href="/x?q=1 ?" title="a : b">Quoi{THIN}?</a>'


def test_words_around_an_expression_are_spaced():
    assert (
        rendered("« {{ name }} » : {{ n }} !", name="Léa", n=2)
        == f"«{NBSP}Léa{NBSP}»{NBSP}: 2{THIN}!"
    )


def test_what_a_page_inserts_is_never_rewritten():
    assert rendered("{{ words }}", words="Quoi ? « Non » :") == "Quoi ? « Non » :"


def test_every_loop_and_branch_is_spaced():
    assert rendered(
        "{% for n in (1, 2) %}{% if n > 1 %}Oui ?{% else %}Non !{% endif %}{% endfor %}"
    ) == (f"Non{THIN}!Oui{THIN}?")
