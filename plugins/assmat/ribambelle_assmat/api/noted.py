"""What a program was given of one childminder: a line of the journal before the answer leaves."""

from ribambelle.workflow import journal


async def reading(childminder: int, rows: int = 1) -> None:
    """Write that a program reads one childminder's own lines."""
    await journal.record(
        "assmat.list_taken",
        f"assmat.childminder:{childminder}",
        account=None,
        side="office",
        read_only=True,
        kind="api",
        rows=rows,
    )
