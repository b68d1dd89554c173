"""Lists of crèches too long for one page: by name, quartier and age, thirty at a time.

What is asked is in the address: it is shared as it is, and nothing needs a script.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import urlencode

from litestar import Request

from ribambelle.search import fold
from ribambelle_creche.domain.age import GROUPS
from ribambelle_creche.queries.facilities import Whereabouts

A_PAGE, MOST_PAGES = 30, 10_000
MOST_LETTERS = 80
NOWHERE = Whereabouts("?", 0, "")


@dataclass(frozen=True)
class Filters:
    """Which crèches somebody asks to see, as the address says it."""

    words: str = ""
    quartier: int = 0
    group: str = ""
    view: str = ""
    page: int = 0

    @property
    def address(self) -> str:
        """What the address says after its path."""
        said = {
            "vue": self.view,
            "nom": self.words,
            "quartier": self.quartier,
            "age": self.group,
            "page": self.page,
        }
        return f"?{urlencode({name: value for name, value in said.items() if value})}"

    @property
    def are_some(self) -> bool:
        """Tell whether something is asked, beside a view and a page."""
        return bool(self.words or self.quartier or self.group)

    def keep(self, where: Whereabouts, groups: Collection[str]) -> bool:
        """Tell whether a crèche where something is said of these age groups is asked for."""
        return (
            fold(self.words) in fold(where.name)
            and self.quartier in (0, where.quartier)
            and (not self.group or self.group in groups)
        )


ALL = Filters()


def filters_of(request: Request[Any, Any, Any], views: Collection[str] = ()) -> Filters:
    """Read the address; what makes no sense is as if it were not said."""
    given = request.query_params
    names = ("quartier", "page", "age", "vue")
    quartier, page, group, view = (str(given.get(name, "")) for name in names)
    return Filters(
        words=str(given.get("nom", "")).strip()[:MOST_LETTERS],
        quartier=int(quartier) if quartier.isdecimal() and len(quartier) < 9 else 0,
        group=group if group in GROUPS else "",
        view=view if view in views else "",
        page=min(int(page), MOST_PAGES) if page.isdecimal() and len(page) < 9 else 0,
    )


class Located(Protocol):
    """What stands on such a list: one crèche."""

    @property
    def where(self) -> Whereabouts:
        """Its name and its quartier."""
        ...


T = TypeVar("T", bound=Located)


@dataclass(frozen=True)
class Listed(Generic[T]):
    """The crèches that were asked for, by name, and those of one page."""

    every: list[T]
    filters: Filters
    quartiers: list[tuple[int, str]]
    """The quartiers there are to choose from."""
    anchor: str

    @property
    def listed(self) -> list[T]:
        """The crèches of this page; beyond the last, those of the last."""
        return self.every[self._page * A_PAGE : (self._page + 1) * A_PAGE]

    @property
    def around(self) -> tuple[int, int, int, str | None, str | None]:
        """First and last rank shown, of how many, the addresses of the pages before and after."""
        total, page = len(self.every), self._page
        first, last = page * A_PAGE, min((page + 1) * A_PAGE, total)
        before = self.address(page=page - 1) if page else None
        return first + 1, last, total, before, self.address(page=page + 1) if last < total else None

    def address(self, **changed: Any) -> str:
        """Return the address of the same list with something else asked."""
        return f"{replace(self.filters, **changed).address}#{self.anchor}"

    @property
    def _page(self) -> int:
        return min(self.filters.page, max(0, len(self.every) - 1) // A_PAGE)


@dataclass(frozen=True)
class Viewed(Listed[T]):
    """The crèches of one view among several."""

    views: Mapping[str, str]
    """What each view is called, by the code of the address."""
    seen: Mapping[str, int]
    """How many crèches each shows."""

    @property
    def tabs(self) -> list[tuple[str, str, int, bool]]:
        """The views: what each is called, its address, how many crèches, whether it is this one."""
        return [
            (label, self.address(view=view, page=0), self.seen[view], view == self.filters.view)
            for view, label in self.views.items()
        ]


def viewed(
    kept: Sequence[T],
    filters: Filters,
    views: Mapping[str, tuple[str, Callable[[T], bool]]],
    anchor: str,
    quartiers: list[tuple[int, str]],
) -> Viewed[T]:
    """Return the crèches of the view that is asked for, and how many each view shows.

    :param kept: those the filters keep.
    :param views: by code, what a view is called and which crèches it shows.
    """
    seen = {view: [one for one in kept if shows(one)] for view, (_, shows) in views.items()}
    return Viewed(
        seen[filters.view],
        filters,
        quartiers,
        anchor,
        {view: label for view, (label, _) in views.items()},
        {view: len(shown) for view, shown in seen.items()},
    )


def in_order(rows: Iterable[T]) -> list[T]:
    """Return crèches by name, whatever its accents."""
    return sorted(rows, key=lambda one: fold(one.where.name))


def quartiers_of(places: Iterable[Whereabouts]) -> list[tuple[int, str]]:
    """Return the quartiers of crèches, by name."""
    found = {one.quartier: one.area for one in places if one.quartier}
    return sorted(found.items(), key=lambda one: fold(one[1]))
