"""A seat at the terminal: what a person is asked is shown, and what is typed is the reply."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Mapping
from typing import Any, TextIO

from ...personas.visible import in_one_line, visible
from .keyboard import Keyboard

_HELP = {
    "text": "Write as many lines as you like; an empty line ends the text.",
    "choice": "Type the sign in front of the option you choose.",
}
_COMMANDS = """
  ?       shows this
  -       declines: nothing is recorded but that
  Ctrl-D  (the end of the input) is as if the time were up
  Ctrl-C  stops the run; the same command goes on where it stopped, and asks nothing again
""".strip("\n")


class Terminal:
    """Asks whoever sits at a terminal, or reads the replies that a pipe holds.

    Args:
        keyboard: Where replies come from; standard input by default.
        screen: Where questions go; standard error by default, so that standard output stays the run's.
    """

    def __init__(self, keyboard: Keyboard | None = None, screen: TextIO | None = None) -> None:
        self._keyboard = keyboard or Keyboard()
        self._screen = screen or sys.stderr

    async def answer(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Shows what is asked and reads the reply; what does not fit is asked again by the caller."""
        began = time.monotonic()
        if wanted["problem"]:
            self._say(in_one_line(wanted["problem"]))
        else:
            self._show(wanted)
        try:
            return await (self._read_text(wanted) if wanted["kind"] == "text" else self._read_choice(wanted))
        except asyncio.CancelledError:
            if wanted["deadline_s"] and time.monotonic() - began >= wanted["deadline_s"]:
                self._keyboard.forget()
                self._say(f"\nThe time is up: {_instead(wanted)}.")
            raise

    def _show(self, wanted: Mapping[str, Any]) -> None:
        where = " · ".join(part for part in (wanted["unit"], wanted["seat"], wanted["step"]) if part)
        self._say(f"\n─── {in_one_line(where)} " + "─" * max(3, 66 - len(where)))
        self._say(f"\n{visible(wanted['prompt'])}\n")
        width = max((len(option["key"]) for option in wanted["options"]), default=0)
        for option in wanted["options"]:
            self._say(f"  {in_one_line(option['key']):>{width}}  {in_one_line(option['text'])}")
        if wanted["deadline_s"]:
            self._say(f"You have {wanted['deadline_s']:g} seconds; after that {_instead(wanted)}.")
        self._say("(Your text; an empty line ends it. ? for help)" if wanted["kind"] == "text" else "(? for help)")

    async def _read_text(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        lines: list[str] = []
        while (line := await self._line()) is not None:
            if not lines and (done := self._command(line, wanted)) is not None:
                if done:
                    return done
                continue
            if not line.strip():
                return {"text": "\n".join(lines)}
            lines.append(line)
        return {"text": "\n".join(lines)} if lines else self._ended(wanted)

    async def _read_choice(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        while (line := await self._line()) is not None:
            done = self._command(line, wanted)
            if done is None and line.strip():
                return {"answer": line.strip()}
            if done:
                return done
        return self._ended(wanted)

    def _command(self, line: str, wanted: Mapping[str, Any]) -> dict[str, Any] | None:
        """What a command comes to, {} where it only shows something; None where the line is none."""
        if line.strip() == "?":
            self._say(f"{_HELP[wanted['kind']]}\n{_COMMANDS}")
            return {}
        return {"declined": True} if line.strip() == "-" else None

    def _ended(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        self._say(f"\nThere is no more input: {_instead(wanted)}.")
        return {"deadline": True}

    async def _line(self) -> str | None:
        print("you: ", end="", file=self._screen, flush=True)
        return await self._keyboard.line()

    def _say(self, text: str) -> None:
        print(text, file=self._screen, flush=True)


def _instead(wanted: Mapping[str, Any]) -> str:
    return "your representative answers" if wanted["otherwise"] == "representative" else "nothing is recorded of you"
