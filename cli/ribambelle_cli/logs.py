"""Where logs go: structured lines on the error output, and only what matters for a command."""

import logging
import sys
from typing import Any

import structlog
from structlog.processors import ExceptionRenderer
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, ExcInfo, Processor

# without locals: they hold what families typed
_frames = ExceptionDictTransformer(show_locals=False)
SPEAK_OF_CODE = {
    *("AttributeError", "ImportError", "ModuleNotFoundError", "NameError", "TypeError"),
    *("TemplateNotFound", "TemplateSyntaxError", "UndefinedError"),
    *("IntegrityError", "OperationalError", "UniqueViolationError", "ForeignKeyViolationError"),
    *("Misconfigured", "NoTenant", "Unavailable"),
}
"""Errors whose first line names columns, files or settings. Others quote what was typed."""


def quiet() -> None:
    """Keep a command's own words readable: only warnings are logged, each in one short line."""
    structured(logging.WARNING, _no_traceback)


def _no_traceback(logger: object, method: str, event: EventDict) -> EventDict:
    """Leave out where in the code it was: whoever types a command is told what to do instead."""
    event.pop("exc_info", None)
    return event


def without_people(exc_info: ExcInfo) -> list[dict[str, Any]]:
    """Tell what failed and where, without the names, addresses and numbers an error may quote.

    A database quotes the row it refuses, a mail server the address, a parser what it could not read.
    """
    stacks = _frames(exc_info)
    for stack in stacks:
        first = stack["exc_value"].partition("\n")[0]
        stack["exc_value"] = first if stack["exc_type"] in SPEAK_OF_CODE else ""
        stack["exc_notes"] = []
    return stacks


def structured(level: int = logging.INFO, *first: Processor) -> None:
    """Write one JSON line per event, in UTC, with its tenant, request and route."""
    structlog.configure(
        processors=[
            *first,
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            ExceptionRenderer(without_people),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
