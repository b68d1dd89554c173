"""The pages of a crèche that opens on Saturday, in a real browser."""

import pytest
from tests.creche.builders import an_application
from tests.creche.test_saturday import SATURDAY, opening

from ribambelle.testing.browser import Stage, barriers
from ribambelle_creche.domain.dossier import Week

pytestmark = pytest.mark.browser


def test_six_days_fit_a_telephone_and_hide_nothing(stage: Stage) -> None:
    alpha = stage.communes.alpha

    async def written() -> tuple[int, int]:
        with alpha.here():
            lilas = await opening(alpha)
            return lilas, await an_application(
                lilas, state="draft", week=Week(wished=1023 | SATURDAY)
            )

    lilas, number = stage.served.run(written())
    page = stage.visitor()
    stage.sign_in(page, "alpha", stage.served.run(alpha.staff()))
    here = f"/creche/direction/{lilas}"
    for path in (f"/creche/demandes/{number}/etape/semaine", f"{here}/fiche", f"{here}/places"):
        page.goto(stage.served.url("alpha", path))
        assert "amedi" in page.content(), path
        assert barriers(page, widths=(390, 1280)) == [], path
