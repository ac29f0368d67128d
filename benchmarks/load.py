"""A client that keeps its connections: `python -m benchmarks.load` with its order as JSON on stdin.

A process of its own, so that it never waits for the harness. One thread, one selector,
plain sockets: it costs some 30 µs a request, the same for the portal and for the limit.
"""

import json
import selectors
import socket
import sys
import time
import uuid
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

# Stands in a request for a key that is another one each time; as long as any.
ANY_KEY = "00000000-0000-4000-8000-000000000000"
MARK = ANY_KEY.encode()
ANSWERED = {b"200", b"201", b"302", b"304"}


class NotAnswered(RuntimeError):
    """The server answered something else than was asked for."""


@dataclass
class Connection:
    """One client: its socket, what it asked last and when."""

    sock: socket.socket
    started: float = 0.0
    buffer: bytearray = field(default_factory=bytearray)
    wanted: int = -1

    def ask(self, request: bytes) -> None:
        self.buffer.clear()
        self.wanted = -1
        if MARK in request:
            request = request.replace(MARK, str(uuid.uuid4()).encode())
        self.started = time.perf_counter()
        self.sock.sendall(request)

    def read(self) -> bool:
        """Take what has arrived; whether the answer is complete."""
        part = self.sock.recv(262_144)
        if not part:
            raise NotAnswered("The connection was closed.")
        self.buffer += part
        if self.wanted < 0 and (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            self.wanted = end + 4 + _length(bytes(self.buffer[:end]))
        return 0 <= self.wanted <= len(self.buffer)


def _length(head: bytes) -> int:
    status = head.split(b" ", 2)[1]
    if status not in ANSWERED:
        raise NotAnswered(head.decode(errors="replace"))
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def written(request: dict[str, Any]) -> bytes:
    """A request with method, path, headers and body."""
    body = request["body"].encode()
    headers = {
        "Host": "localhost",
        "Connection": "keep-alive",
        **request["headers"],
        "Content-Length": len(body),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{request['method']} {request['path']} HTTP/1.1\r\n{lines}\r\n".encode() + body


def requests_of(order: dict[str, Any]) -> list[bytes]:
    if "requests" in order:
        return [written(request) for request in order["requests"]]
    headers = {"Host": "localhost", "Connection": "keep-alive", **order["headers"]}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return [f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode() for path in order["paths"]]


def drive(order: dict[str, Any]) -> dict[str, Any]:
    """Requests a second and the latencies in milliseconds, after a warm-up that is not counted."""
    requests = cycle(requests_of(order))
    selector = selectors.DefaultSelector()
    for _ in range(order["connections"]):
        sock = socket.create_connection(("127.0.0.1", order["port"]))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(sock)
        selector.register(sock, selectors.EVENT_READ, connection)
        connection.ask(next(requests))
    latencies: list[float] = []
    begin = time.perf_counter() + order["warm_up"]
    end = begin + order["seconds"]
    while (now := time.perf_counter()) < end:
        for key, _events in selector.select(timeout=10):
            connection = key.data
            if connection.read():
                done = time.perf_counter()
                if connection.started >= begin:
                    latencies.append((done - connection.started) * 1000)
                connection.ask(next(requests))
    selector.close()
    return {"rate": len(latencies) / (now - begin), "latencies": latencies}


if __name__ == "__main__":
    json.dump(drive(json.load(sys.stdin)), sys.stdout)
