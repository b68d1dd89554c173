"""What docs/testing.md shows of the harness and of the stand-ins runs as it is shown.

Its blocks are the tests of this file: one that falls is named by its line in the page.
"""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "testing.md"
TEXT = PAGE.read_text("utf-8")
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = "".join(
    # as many lines as before it in the page, so that a trace leads there
    "\n" * (TEXT[: found.start(1)].count("\n") - before) + found[1]
    for before, found in (
        (TEXT[: each[0].end(1)].count("\n") if each[0] else 0, each[1])
        for each in zip([None, *BLOCK.finditer(TEXT)], BLOCK.finditer(TEXT), strict=False)
    )
)

exec(compile(CODE, str(PAGE), "exec"))


def test_every_stand_in_of_the_page_has_its_example() -> None:
    told = re.findall(r"^\| (.+?) \| `ribambelle[\w.]*` \|", TEXT, re.MULTILINE)
    named = {name for line in told for name in re.findall(r"`(\w+)`", line)}

    assert len(named) >= 10
    assert {one for one in named if one not in CODE} <= {"populated", "stage"}
    assert sum(name.startswith("test_") for name in globals()) >= 8
