"""A way to the database that can be cut: a relay on loopback that passes on, keeps silent in the middle of it all, or refuses."""
import contextlib
import select
import socket
import threading
import time


class Relay:
    """Use as a context. `stall()`: connections stay open and nothing passes, new ones are taken and get no answer, as when a network
    drops packets. `go()`: all passes again, also what waited."""

    def __init__(self, host, port):
        self.to = (host, port)
        self.listener = socket.create_server(('127.0.0.1', 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.passing = threading.Event()
        self.passing.set()
        self.ended = False
        threading.Thread(target=self._accept, daemon=True).start()

    def stall(self):
        self.passing.clear()

    def go(self):
        self.passing.set()

    def _accept(self):
        while not self.ended:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client):
        with client, contextlib.suppress(OSError):
            self.passing.wait()
            with socket.create_connection(self.to) as server:
                other = {client: server, server: client}
                while not self.ended:
                    ready, _, _ = select.select([client, server], [], [], 0.5)
                    for one in ready:
                        data = one.recv(65536)
                        self.passing.wait()
                        if not data:
                            return
                        other[one].sendall(data)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ended = True
        self.passing.set()
        self.listener.close()


def timed(call, *words, **more):
    """(what it gave, the seconds that it took)"""
    began = time.monotonic()
    return call(*words, **more), time.monotonic() - began
