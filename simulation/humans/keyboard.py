"""Lines that somebody types, or that a pipe or a file holds, read without holding up the event loop."""

from __future__ import annotations

import asyncio
import os
import sys
import termios
import threading

_CHUNK = 4096


class Keyboard:
    """The lines of a file descriptor; a line is read only when it is asked for.

    Args:
        handle: The descriptor; standard input by default.
    """

    def __init__(self, handle: int | None = None) -> None:
        self._handle = sys.stdin.fileno() if handle is None else handle
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._asked = threading.Semaphore(0)
        self._pending = False
        self._thread: threading.Thread | None = None

    async def line(self) -> str | None:
        """The next line without its end; None where there are no more.

        A line that nobody waited for any longer is the next one's.
        """
        if self._thread is None:
            # Not through sys.stdin: a thread that waits in it at the interpreter's end would keep it from ending.
            self._thread = threading.Thread(target=self._read, args=(asyncio.get_running_loop(),), daemon=True)
            self._thread.start()
        if not self._pending:
            self._pending = True
            self._asked.release()
        line = await self._lines.get()
        self._pending = False
        return line

    def forget(self) -> None:
        """Drops what was typed at a terminal and not read yet; what a pipe holds stays."""
        if not os.isatty(self._handle):
            return
        termios.tcflush(self._handle, termios.TCIFLUSH)
        while not self._lines.empty():
            self._lines.get_nowait()
            self._pending = False

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        held, ended = b"", False
        while True:
            self._asked.acquire()
            while b"\n" not in held and not ended:
                chunk = self._chunk()
                held, ended = held + chunk, not chunk
            line, _, held = held.partition(b"\n")
            text = None if ended and not line and not held else line.decode("utf-8", "replace").rstrip("\r")
            ended = ended and not os.isatty(self._handle)  # Ctrl-D ends one reply, not the terminal
            try:
                loop.call_soon_threadsafe(self._lines.put_nowait, text)
            except RuntimeError:  # the loop has ended
                return

    def _chunk(self) -> bytes:
        try:
            return os.read(self._handle, _CHUNK)
        except OSError:  # the terminal was closed
            return b""
