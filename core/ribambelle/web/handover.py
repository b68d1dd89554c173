"""One server takes over from another on the same socket, and nobody is turned away.

systemd keeps the socket (``deploy/systemd/ribambelle.socket``) and hands it to each server it
starts: while the next one loads, who comes waits in its queue instead of being refused.
"""

import os
import socket
from collections.abc import Mapping

from uvicorn.protocols.http.auto import AutoHTTPProtocol

HANDED = 3  # the first descriptor that systemd hands over, sd_listen_fds(3)
GRACE_SECONDS = 0.5
QUEUE = 2048


class Patient(AutoHTTPProtocol):  # type: ignore[misc,valid-type]  # the fastest one installed
    """A connection that a stopping server does not close on somebody about to speak.

    A connection accepted as the order to stop comes has sent nothing yet: closed at once, its
    request would be lost, and a proxy may not send a form twice.
    """

    def shutdown(self) -> None:
        """Close once what was asked is answered; who has asked nothing yet has a moment."""
        if self.cycle is None:
            self.loop.call_later(GRACE_SECONDS, super().shutdown)
        else:
            super().shutdown()


def handed_over(environment: Mapping[str, str], pid: int) -> bool:
    """Tell whether a socket was handed to this very process, and not to the one that started it.

    >>> handed_over({"LISTEN_PID": "12", "LISTEN_FDS": "1"}, 12)
    True
    >>> handed_over({"LISTEN_PID": "12", "LISTEN_FDS": "1"}, 13)
    False
    """
    return environment.get("LISTEN_PID") == str(pid) and environment.get("LISTEN_FDS") == "1"


def listening(address: str, port: int) -> socket.socket:
    """Return the socket where the portal answers: the one handed over, or one of its own.

    :raises OSError: the port is taken, or the address is not of this machine.
    """
    if handed_over(os.environ, os.getpid()):
        return socket.socket(fileno=HANDED)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = socket.create_server((address, port), family=family, backlog=QUEUE)
    # read again, it knows that it speaks TCP: without that, no answer leaves before its 40 ms
    return socket.socket(fileno=made.detach())
