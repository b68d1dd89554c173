"""A commune that only listens: it keeps what the treasury sends, and answers as it is told."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATH = "/paiement/avis"


class Listening:
    """What came, as (method, query, body), in the order it came."""

    def __init__(self) -> None:
        self.came: list[tuple[str, str, str]] = []
        self.status = 200
        self.address = ""

    def await_(self, number: int) -> list[tuple[str, str, str]]:
        limit = time.monotonic() + 5
        while len(self.came) < number and time.monotonic() < limit:
            time.sleep(0.005)
        return self.came


@contextmanager
def listening() -> Iterator[Listening]:
    commune = Listening()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            _, _, query = self.path.partition("?")
            commune.came.append((self.command, query, self.rfile.read(length).decode()))
            self.send_response(commune.status)
            self.send_header("content-length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815 - the name that http.server calls

        def log_message(self, *told: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 64

    server = Server(("127.0.0.1", 0), Handler)
    commune.address = f"http://127.0.0.1:{server.server_port}{PATH}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield commune
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
