"""Lines of a file that grows, also after it was rotated or cut."""

import os
import time

_BLOCK = 64 * 1024
# A line that does not end is given up after so much.
_LONGEST = 1024 * 1024


class Follower:
    """Yields lines as text, and None whenever there is nothing new."""

    def __init__(self, path, pause=1.0):
        self._path, self._pause = path, pause
        self._file, self._rest, self._skipping = None, b"", False

    def lines(self):
        """Never ends by itself. Begins at the end of the file, if there is one."""
        self._open()
        if self._file:
            self._file.seek(0, os.SEEK_END)
        try:
            while True:
                block = self._file.read(_BLOCK) if self._file else b""
                if block:
                    yield from self._split(block)
                elif not self._renewed():
                    yield None
                    time.sleep(self._pause)
        finally:
            if self._file:
                self._file.close()

    def _open(self):
        try:
            self._file = open(self._path, "rb", buffering=0)
        except FileNotFoundError:
            self._file = None

    def _renewed(self):
        """Goes over to the new file, if the old one was read to its end and is no longer at its place."""
        try:
            there = os.stat(self._path)
        except FileNotFoundError:
            return False
        if self._file:
            here = os.fstat(self._file.fileno())
            if (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino):
                if there.st_size >= self._file.tell():
                    return False
                self._file.seek(0)
                self._rest = b""
                return True
            self._file.close()
        self._rest = b""
        self._open()
        return self._file is not None

    def _split(self, block):
        *whole, self._rest = (self._rest + block).split(b"\n")
        for line in whole:
            if not self._skipping:
                yield line.decode("utf-8", "replace")
            self._skipping = False
        if len(self._rest) > _LONGEST:
            self._rest, self._skipping = b"", True
