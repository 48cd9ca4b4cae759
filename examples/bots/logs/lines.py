"""Where lines come from: standard input or a socket of this host. Each yields lines, and None once a second."""

import os
import selectors
import socket

_LOOPBACK = "127.0.0.1"
_LONGEST = 16 * 1024
_CONNECTIONS = 64


class Lines:
    """Cuts what comes into lines; a line that never ends is cut too."""

    def __init__(self):
        self._rest = b""

    def feed(self, block):
        *whole, self._rest = (self._rest + block).split(b"\n")
        if len(self._rest) > _LONGEST:
            whole, self._rest = whole + [self._rest], b""
        return [line[:_LONGEST].decode("utf-8", "replace") for line in whole]

    def end(self):
        rest, self._rest = self._rest, b""
        return [rest.decode("utf-8", "replace")] if rest else []


class Stdin:
    """Standard input, to its end."""

    port = None

    def __iter__(self):
        lines = Lines()
        with selectors.DefaultSelector() as selector:
            try:
                selector.register(0, selectors.EVENT_READ)
            except (OSError, ValueError):
                # A plain file is always ready.
                selector = None
            while True:
                if selector is not None and not selector.select(1):
                    yield None
                    continue
                block = os.read(0, 64 * 1024)
                yield from lines.feed(block) if block else lines.end()
                if not block:
                    return


class Udp:
    """Datagrams, one message each, for ever."""

    def __init__(self, port):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((_LOOPBACK, port))
        self._socket.settimeout(1)
        self.port = self._socket.getsockname()[1]

    def __iter__(self):
        while True:
            try:
                yield self._socket.recv(_LONGEST).decode("utf-8", "replace")
            except socket.timeout:
                yield None


class Tcp:
    """Connections, one message a line, for ever."""

    def __init__(self, port):
        self._listener = socket.create_server((_LOOPBACK, port))
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ, None)

    def __iter__(self):
        while True:
            ready = self._selector.select(1)
            if not ready:
                yield None
            for key, _ in ready:
                if key.data is None:
                    self._accept()
                else:
                    yield from self._receive(key.fileobj, key.data)

    def _accept(self):
        connection, _ = self._listener.accept()
        if len(self._selector.get_map()) > _CONNECTIONS:
            connection.close()
            return
        connection.setblocking(False)
        self._selector.register(connection, selectors.EVENT_READ, Lines())

    def _receive(self, connection, lines):
        try:
            block = connection.recv(64 * 1024)
        except BlockingIOError:
            return []
        except OSError:
            block = b""
        if block:
            return lines.feed(block)
        self._selector.unregister(connection)
        connection.close()
        return lines.end()
