"""The tables of the page of statistics as a town hall's spreadsheet opens them."""

from typing import Any

from ribambelle.tenants import Tenant
from ribambelle.web.spreadsheets import Sheet
from ribambelle_creche.freezing import TOWN
from ribambelle_creche.pages.statistics_page import MEASURES, Row, StatisticsPage
from ribambelle_creche.pages.statistics_tables import Bar, month_words

NEED = ("Besoin (temps pleins)", "Places libres (temps pleins)", "Enfants par place")


def sheets_of(page: StatisticsPage, tenant: Tenant) -> dict[str, Sheet]:
    """Return the tables of a page by the name a link calls them; a part not shown is left out."""
    ages, area = page.groups, page.area_head
    sheets = {
        "quartiers": Sheet(
            "IRIS" if page.asked.cut else "Quartiers",
            (area, *page.columns, "Total"),
            [*_lines(page.heat), (TOWN, *page.town)],
        ),
        "mois": Sheet("Mois d’entrée", ("Mois", *ages, "Total"), _lines(page.months)),
        "pression": Sheet("Pression", (area, *NEED), _bars(page.bars)),
        "ages": Sheet("Âges", ("Âge à l’entrée", *NEED), _bars(page.ages)),
        "fraicheur": Sheet(
            "Fraîcheur",
            ("Envoyée ou confirmée depuis", "Demandes", "Complètes et confirmées"),
            page.freshness,
        ),
        "modes": Sheet(
            "Modes d’accueil",
            ("Mode", "Places (vide : pas comptées)"),
            [(one.label, one.places) for one in page.modes],
        ),
        "creches": Sheet(
            "Crèches",
            ("Crèche", "Places", "Nommée", "Premier vœu", "Premiers vœux par place"),
            [
                (one.name, one.places, one.named, one.first, _rounded(one.pressure))
                for one in page.facilities
            ],
        ),
    }
    return {
        **{name: sheet for name, sheet in sheets.items() if sheet.rows},
        "lecture": Sheet("Lecture", ("Ce classeur", ""), _how_to_read(page, tenant)),
    }


def _lines(rows: list[Row]) -> list[tuple[Any, ...]]:
    return [
        (label, *(cell[0] if isinstance(cell, tuple) else cell for cell in cells), total)
        for label, cells, total in rows
    ]


def _bars(bars: list[Bar]) -> list[tuple[Any, ...]]:
    return [(one.label, one.need, one.free, _rounded(one.pressure)) for one in bars]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _how_to_read(page: StatisticsPage, tenant: Tenant) -> list[tuple[Any, ...]]:
    asked, desks = page.asked, dict(page.desks)
    return [
        ("Commune", tenant.settings.name),
        ("Compté le", f"{page.at:%d/%m/%Y à %H:%M}"),
        ("Entrée à partir de", month_words(asked.first) if asked.first else "toutes"),
        ("Entrée jusqu’à", month_words(asked.last) if asked.last else "toutes"),
        ("Compter", MEASURES[asked.measure]),
        ("Guichet", desks.get(asked.desk, "?") if asked.desk else "tous"),
        ("Demande", "dossiers complets et confirmés"),
        ("Enfant", "compté une seule fois, quel que soit le nombre de crèches et de demandes"),
        ("Jumeaux", "une demande, deux enfants"),
        ("Temps plein", "dix demi-journées par semaine"),
        (
            "Petits nombres",
            "exacts"
            if page.exact
            else f"une case de moins de {page.threshold} est masquée, et d’autres avec elle",
        ),
    ]
