"""Where the SMS of a test end: what a provider would have carried, never sent to anybody."""

from dataclasses import dataclass

from ribambelle.testing.communes import Town


@dataclass(frozen=True, slots=True)
class Sms:
    """One SMS, as its provider would have been given it."""

    to: str
    text: str


async def sent(town: Town) -> list[Sms]:
    """Run what is due, and return the SMS that left so far, the oldest first.

    The commune must have ``provider = "file"`` under ``[sms]``: ``town.settle("sms", provider="file")``.
    """
    await town.work()
    kept = sorted((town.tenant.folder / "outbox").glob("*.sms"))
    told = (file.read_text("utf-8").partition("\n") for file in kept)
    return [Sms(to, text.removesuffix("\n")) for to, _, text in told]
