"""A paper sent to a browser: kept as a file, under a name that tells what it is."""

from litestar import Response


def sent(paper: bytes, name: str) -> Response[bytes]:
    """Send a PDF; what a paper says is nobody else's: no cache keeps it."""
    headers = {
        "content-disposition": f'attachment; filename="{name}.pdf"',
        "cache-control": "no-store",
    }
    return Response(paper, media_type="application/pdf", headers=headers, status_code=200)
