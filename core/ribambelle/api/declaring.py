"""What a route of the API says of itself, for the page and the OpenAPI document."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing a program may ask, declared beside its route: ``api=Operation(…)``.

    :param says: one or two French sentences for whoever writes the program.
    :param answer: the struct that is answered.
    :param example: such an answer, shown as it would be sent.
    :param query: the struct its query is read into, when it has one.
    :param body: the struct its body is read into, when it has one; such a route is a write.
    :param problems: codes of what may be refused beside what every route may refuse.
    """

    says: str
    answer: Any
    example: Any
    query: Any = None
    body: Any = None
    asked: Any = None
    """An example of the body."""
    problems: tuple[str, ...] = ()
