"""What this process answered, counted by route: never by address, which may hold a name or a secret."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BOUNDS = (0.05, 0.1, 0.3, 1.0, 3.0, 10.0)
"""Seconds; a page is expected under the second and third."""
Labels = Mapping[str, str]


@dataclass
class Counts:
    """Answers and the time they took, since the process started."""

    answers: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    within: Counter[tuple[str, float]] = field(default_factory=Counter)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    many: Counter[str] = field(default_factory=Counter)

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        route = route or "none"
        self.answers[in_words(method), route, status] += 1
        self.many[route] += 1
        self.seconds[route] += seconds
        for bound in BOUNDS:
            if seconds <= bound:
                self.within[route, bound] += 1

    def lines(self) -> Iterator[str]:
        """Yield what Prometheus reads."""
        name = "ribambelle_requests"
        answers = (
            ({"method": method, "route": route, "status": str(status)}, many)
            for (method, route, status), many in sorted(self.answers.items())
        )
        yield from series(f"{name}_total", "counter", "Answers, by route and status.", answers)
        name = "ribambelle_request_seconds"
        yield from heading(name, "histogram", "Time to answer, by route.")
        for route, many in sorted(self.many.items()):
            for bound in BOUNDS:
                told = {"route": route, "le": f"{bound:g}"}
                yield sample(f"{name}_bucket", told, self.within[route, bound])
            yield sample(f"{name}_bucket", {"route": route, "le": "+Inf"}, many)
            yield sample(f"{name}_sum", {"route": route}, round(self.seconds[route], 6))
            yield sample(f"{name}_count", {"route": route}, many)


def in_words(method: str) -> str:
    """Return a method somebody declared; any other, whatever it says, is one of the others."""
    return method if method in METHODS else "other"


def series(
    name: str, kind: str, told: str, samples: Iterable[tuple[Labels, float]]
) -> Iterator[str]:
    """Yield one metric: its heading, then each of its samples."""
    yield from heading(name, kind, told)
    for labels, value in samples:
        yield sample(name, labels, value)


def heading(name: str, kind: str, told: str) -> Iterator[str]:
    """Yield what a metric is."""
    yield f"# HELP {name} {told}"
    yield f"# TYPE {name} {kind}"


def sample(name: str, labels: Labels, value: float) -> str:
    r"""Return one line.

    >>> sample("a_total", {"route": '/x"'}, 3)
    'a_total{route="/x\\""} 3'
    """
    said = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
    return f"{name}{{{said}}} {value:g}" if said else f"{name} {value:g}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
