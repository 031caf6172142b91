"""Tells of and refuses each step that a Python process takes into the network: Python imports it by its name at start."""

import socket
import sys


def _refuse(*where: object, **_options: object) -> None:
    print(f"reached for the network: {where}", file=sys.stderr, flush=True)
    raise OSError("no network here")


socket.getaddrinfo = _refuse  # type: ignore[assignment]
socket.socket.connect = _refuse  # type: ignore[assignment, method-assign]
