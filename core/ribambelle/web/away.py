"""A base that does not answer, in the log: a fault, unless the commune is only read on purpose."""

import structlog

from ribambelle.errors import ReadOnly, Unavailable

log = structlog.get_logger(__name__)


def note(error: Unavailable) -> None:
    """Write why something could not be done; without a trace of the code where nothing is wrong."""
    if isinstance(error, ReadOnly):
        log.warning("read_only", reason=str(error))
    else:
        log.error("database_unavailable", exc_info=error)
