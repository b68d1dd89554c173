"""The simulator as one application: the treasury's routes, and those that drive it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from litestar import Litestar, Response, get
from litestar.di import Provide

from ribambelle_treasury_sim import collecting, control, endpoint, form_mode, pages
from ribambelle_treasury_sim.notifying import Notifier
from ribambelle_treasury_sim.treasury import Setup, Treasury

BIGGEST = 64 * 1024 * 1024
STYLE = Path(__file__).parent / "static" / "sim.css"


@get("/")
async def home() -> Response[str]:
    """Say what this is."""
    told = "Ce programme joue le Trésor public pour les essais. Les routes sont dans /_sim/faults."
    return pages.page("ended.html", title="Trésor simulé", told=told)


@get(pages.STYLE)
async def style() -> Response[bytes]:
    """Give the style of the pages."""
    return Response(STYLE.read_bytes(), media_type="text/css")


def application(setup: Setup) -> Litestar:
    """Return a simulator with empty books."""
    treasury = Treasury(setup)
    notifier = Notifier(treasury)

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        task = asyncio.create_task(notifier.keep_flushing())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    return Litestar(
        [
            home,
            style,
            endpoint.read_contract,
            endpoint.read_schema,
            endpoint.call_service,
            pages.show,
            pages.end,
            form_mode.show_form,
            form_mode.end_form,
            *control.ROUTES,
            *collecting.ROUTES,
        ],
        dependencies={
            "treasury": Provide(lambda: treasury, sync_to_thread=False),
            "notifier": Provide(lambda: notifier, sync_to_thread=False),
        },
        lifespan=[lifespan],
        openapi_config=None,
        request_max_body_size=BIGGEST,
    )
