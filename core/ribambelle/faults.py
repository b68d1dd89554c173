"""Where a plugin fails, for whoever has to mend it: the file of its own, and the line."""

import traceback
from pathlib import Path
from typing import Any

CURE = "corrigez ce fichier, puis relancez « ribambelle plugin check » sur le dossier du module"


def place_of(error: BaseException, package: str, at: Any = None) -> str:
    """Return the place in a plugin's files that an error went through last, in French.

    An error raised deep in a library is told at the line of the plugin that called it. Nothing when
    nothing is known of it.

    :param package: the import name of the plugin: ``ribambelle_ludotheque``.
    :param at: the function or the module that is wrong, when the error went through no line of it.
    """
    if isinstance(error, SyntaxError) and error.filename:
        return _said(error.filename, error.lineno, package)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if package and package in Path(frame.filename).parts:
            return _said(frame.filename, frame.lineno, package)
    code = getattr(at, "__code__", None)
    if code is not None:
        return _said(code.co_filename, code.co_firstlineno, package)
    return _said(getattr(at, "__file__", None) or "", None, package)


def _said(file: str, line: int | None, package: str) -> str:
    """Return a line of a file, named from the folder of its plugin.

    >>> _said("/srv/site-packages/ribambelle_ludotheque/pages/family.py", 12, "ribambelle_ludotheque")
    'ribambelle_ludotheque/pages/family.py, ligne 12'
    """
    parts = Path(file).parts
    if package in parts:
        file = Path(*parts[parts.index(package) :]).as_posix()
    return f"{file}, ligne {line}" if file and line else file
