"""Is what a plugin answered to a hook what the hook asks for?

A plugin is written by somebody else: an answer of the wrong kind is refused here, in words, before
it reaches a page, a command or the worker.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any


class WrongAnswer(TypeError):
    """A plugin answered something else than its hook asks for; the message is in French.

    :param at: the function that is wrong, for the file to be named.
    """

    def __init__(self, message: str, at: Any = None) -> None:
        super().__init__(message)
        self.at = at


def checked(hook: str, answer: Any) -> Any:
    """Return the answer, a list where the hook asks for several; raises WrongAnswer.

    An answer made by a generator is made here, so that what it raises is raised here too.

    >>> checked("jobs", {"remind": print})
    {'remind': <built-in function print>}
    >>> checked("menu", None)
    Traceback (most recent call last):
    ...
    ribambelle.answers.WrongAnswer: menu() a répondu rien (None), attendu : une liste de MenuEntry
    """
    wanted, right = KINDS[hook]()
    if hook in ONE:
        if not right(answer):
            raise _wrong(hook, answer, wanted)
        return answer
    if hook in BY_NAME:
        if not isinstance(answer, Mapping):
            raise _wrong(hook, answer, f"un dictionnaire de {wanted}")
        for name, value in answer.items():
            if not isinstance(name, str) or not right(value):
                raise _wrong(hook, value, f"un dictionnaire de {wanted}")
        return dict(answer)
    if not isinstance(answer, Iterable) or isinstance(answer, str | bytes | Mapping):
        raise _wrong(hook, answer, f"une liste de {wanted}")
    items = list(answer)
    for item in items:
        if not right(item):
            raise _wrong(hook, item, f"une liste de {wanted}")
    return items


def _wrong(hook: str, answer: Any, wanted: str) -> WrongAnswer:
    said = "rien (None)" if answer is None else f"« {type(answer).__name__} »"
    return WrongAnswer(f"{hook}() a répondu {said}, attendu : {wanted}")


Kind = tuple[str, Callable[[Any], bool]]
ONE = frozenset({"settings", "commands", "demo"})
BY_NAME = frozenset(
    {
        *("jobs", "scopes", "declared_beside", "acts"),
        *("transition_allowed", "transition_done", "transition_announced"),
    }
)


def _instance(name: str, kind: Any) -> Kind:
    return name, lambda item: isinstance(item, kind)


def _class(name: str, base: type) -> Kind:
    return name, lambda item: isinstance(item, type) and issubclass(item, base)


def _settings() -> Kind:
    import msgspec

    return _class("une classe msgspec.Struct", msgspec.Struct)


def _tables() -> Kind:
    from piccolo.table import Table

    return _class("classes Table", Table)


def _routes() -> Kind:
    from litestar import Controller, Router
    from litestar.handlers import BaseRouteHandler

    def right(item: Any) -> bool:
        made = isinstance(item, BaseRouteHandler | Router)
        return made or (isinstance(item, type) and issubclass(item, Controller))

    return "routes de Litestar", right


def _roles() -> Kind:
    from ribambelle.identity.person import Role

    return _instance("Role", Role)


def _words() -> Kind:
    return _instance("textes", str)


def _menu() -> Kind:
    from ribambelle.web.menu import MenuEntry

    return _instance("MenuEntry", MenuEntry)


def _api_scopes() -> Kind:
    from ribambelle.api.scopes import ApiScope

    return _instance("ApiScope", ApiScope)


def _workflows() -> Kind:
    from ribambelle.workflow import Workflow

    return _instance("Workflow", Workflow)


def _schedules() -> Kind:
    from ribambelle.jobs import Schedule

    def right(item: Any) -> bool:
        return isinstance(item, Schedule) and isinstance(item.hour, int)

    return "Schedule", right


def _commands() -> Kind:
    import typer

    return "un typer.Typer", lambda answer: answer is None or isinstance(answer, typer.Typer)


def _personal_data() -> Kind:
    from ribambelle.privacy import PersonalData

    return _instance("PersonalData", PersonalData)


def _document_types() -> Kind:
    from ribambelle.documents.types import DocumentType

    return _instance("DocumentType", DocumentType)


def _message_templates() -> Kind:
    from ribambelle.messages.types import MessageTemplate

    return _instance("MessageTemplate", MessageTemplate)


def _paper_templates() -> Kind:
    from ribambelle.messages.types import PaperTemplate

    return _instance("PaperTemplate", PaperTemplate)


def _state_uses() -> Kind:
    from ribambelle.particulier import StateUse

    return _instance("StateUse", StateUse)


def _shareable() -> Kind:
    from ribambelle.sharing import Shareable

    return _instance("Shareable", Shareable)


def _public_pages() -> Kind:
    from ribambelle.web.crawling import PublicPages

    return _instance("PublicPages", PublicPages)


def _published() -> Kind:
    from ribambelle.statistics.fleet import Published

    return _instance("Published", Published)


def _demo() -> Kind:
    return "une fonction", lambda answer: answer is None or callable(answer)


def _matters() -> Kind:
    from ribambelle.takeover import Matter

    return _instance("Matter", Matter)


def _programs() -> Kind:
    def right(item: Any) -> bool:
        return isinstance(item, tuple) and bool(item) and all(isinstance(one, str) for one in item)

    return "modules avec leurs arguments", right


def _functions() -> Kind:
    return "fonctions", callable


KINDS: dict[str, Callable[[], Kind]] = {
    "settings": _settings,
    "tables": _tables,
    "routes": _routes,
    "roles": _roles,
    "scopes": _functions,
    "api_scopes": _api_scopes,
    "public_pages": _public_pages,
    "published_figures": _published,
    "menu": _menu,
    "shortcuts": _menu,
    "to_do": _functions,
    "cards": _functions,
    "agenda": _functions,
    "search": _functions,
    "workflows": _workflows,
    "acts": _words,
    "transition_allowed": _functions,
    "transition_done": _functions,
    "transition_announced": _functions,
    "jobs": _functions,
    "schedules": _schedules,
    "commands": _commands,
    "personal_data": _personal_data,
    "document_types": _document_types,
    "document_checked": _functions,
    "declared_beside": _functions,
    "adult_moved_out": _functions,
    "family_groups": _functions,
    "family_demandes": _functions,
    "shareable": _shareable,
    "childcare_supply": _functions,
    "childcare_costs": _functions,
    "billable_items": _functions,
    "billing_gaps": _functions,
    "state_evidence": _state_uses,
    "message_templates": _message_templates,
    "paper_templates": _paper_templates,
    "checks": _functions,
    "still_bound": _functions,
    "takeover_matters": _matters,
    "demo": _demo,
    "demo_programs": _programs,
}
