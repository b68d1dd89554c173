"""Opening what strangers send, in a process apart: little memory, little time, nothing to take.

A decoder that falls, loops or swallows memory takes nothing of the portal with it. Called by the
portal as ``python -I -m ribambelle.documents.apart clean …``; nothing of the environment is given.
"""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from ribambelle.errors import Refused

MEMORY = 1_200_000_000
"""Bytes of address space, of which a third is Python and its libraries."""
SECONDS = 20
LARGEST = 64_000_000
"""Bytes of what may be written."""
LONGEST_DRAWN = 1600
"""Points of the longest side of a page, as it is shown on a screen."""
AT_ONCE = asyncio.Semaphore(2)


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a paper may be, once opened."""

    pixels: int = 50_000_000
    pages: int = 50


@dataclass(frozen=True, slots=True)
class Clean:
    """What was made of a file: a JPEG or a PDF that only shows something."""

    media_type: str
    pages: int


async def clean(source: Path, target: Path, limits: Limits) -> Clean:
    """Make a paper of a file, in a process apart; refuse what is none."""
    told = await _run("clean", str(source), str(target), str(limits.pixels), str(limits.pages))
    return Clean(str(told["media_type"]), int(told["pages"]))


async def draw(source: Path, target: Path, page: int) -> None:
    """Draw one page of a PDF as a JPEG, in a process apart; the first page is 1."""
    await _run("draw", str(source), str(target), str(page))


async def _run(*words: str) -> dict[str, str | int]:
    async with AT_ONCE:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-m", __name__, *words),
            env={"MALLOC_ARENA_MAX": "2"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            said, _ = await asyncio.wait_for(process.communicate(), timeout=SECONDS * 2)
        except (TimeoutError, asyncio.CancelledError):
            process.kill()
            await process.wait()
            raise
    try:
        answer = json.loads(said)
    except ValueError as error:  # killed by a limit
        raise Refused("unreadable") from error
    if reason := answer.pop("refused", ""):
        raise Refused(reason, **answer)
    return dict(answer)


def cleaned(source: Path, target: Path, limits: Limits) -> Clean:
    """Make a paper of a file, here."""
    from ribambelle.documents import sniffing

    with source.open("rb") as content:
        kind = sniffing.kind_of(content.read(sniffing.HEAD))
    if kind is None:
        raise Refused("kind_unknown")
    if kind == "pdf":
        from ribambelle.documents.sheets import rewritten

        return Clean("application/pdf", rewritten(source, target, limits.pages))
    from ribambelle.documents.pictures import redrawn

    redrawn(source, target, kind, limits.pixels)
    return Clean("image/jpeg", 1)


def drawn(source: Path, target: Path, page: int) -> None:
    """Draw one page of a PDF, here."""
    import pypdfium2

    pdf = pypdfium2.PdfDocument(source)
    if not 1 <= page <= len(pdf):
        raise Refused("no_such_page")
    sheet = pdf[page - 1]
    scale = min(LONGEST_DRAWN / max(*sheet.get_size(), 1), 4)
    sheet.render(scale=scale).to_pil().convert("RGB").save(target, "JPEG", quality=80)


def main(words: list[str]) -> None:
    """Do one thing under limits, and say what became of it."""
    import resource

    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, LARGEST),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    act, source, target, *more = words
    numbers = [int(word) for word in more]
    told: dict[str, object] = {}
    try:
        if act == "clean":
            made = cleaned(Path(source), Path(target), Limits(*numbers))
            told = {"media_type": made.media_type, "pages": made.pages}
        else:
            drawn(Path(source), Path(target), *numbers)
    except Refused as refusal:
        told = {"refused": refusal.reason, **refusal.facts}
    except Exception:  # whatever a decoder says: the file is no paper
        told = {"refused": "unreadable"}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1:])
