"""The official schemas: a file that was to be checked never leaves unchecked."""

import asyncio
from functools import lru_cache
from pathlib import Path
from typing import Any

from ribambelle.errors import Refused

ALLER = "PES_V2/Rev0/PES_Aller.xsd"
CURE = (
    "Indiquez leur dossier dans « schemas », table [paiement.titres], ou retirez « check » : "
    "le fichier partirait alors sans contrôle."
)


def require(folder: str) -> Path:
    """Return the schema of what communes send, or refuse: told to check, we never skip it.

    Raises Refused("schemas_missing", why=…).
    """
    file = Path(folder, ALLER)
    if not folder or not file.is_file():
        raise Refused("schemas_missing", why=f"Les schémas officiels sont absents. {CURE}")
    try:
        import lxml.etree  # noqa: F401 - asked for, to tell its absence in words
    except ImportError:
        raise Refused(
            "schemas_missing",
            why="La bibliothèque lxml manque pour contrôler le fichier. Installez-la "
            "(« pip install lxml »), ou retirez « check », table [paiement.titres].",
        ) from None
    return file


async def check(file: Path, folder: str) -> None:
    """Refuse a file the schema refuses. Raises Refused: schemas_missing, schema_refuses."""
    schema = require(folder)
    why = await asyncio.to_thread(_fault, file, schema)
    if why:
        raise Refused("schema_refuses", why=why)


def _fault(file: Path, schema: Path) -> str:
    """Return what the schema refuses first, the file read as a stream; empty when it is valid."""
    from lxml import etree

    known = _schema(schema, schema.stat().st_mtime_ns)
    try:
        for _, element in etree.iterparse(str(file), schema=known, no_network=True):
            element.clear(keep_tail=False)
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        return f"ligne {error.lineno} : {error.msg}"[:480]
    return ""


@lru_cache(maxsize=2)
def _schema(file: Path, changed: int) -> Any:
    from lxml import etree

    return etree.XMLSchema(etree.parse(str(file)))
