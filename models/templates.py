"""Prompts are text files with `{slots}`, filled strictly: a missing or an unknown slot is an error."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_SLOT = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class TemplateError(ValueError):
    """A prompt file is missing, or its slots are not the ones it is filled with."""


@dataclass(frozen=True)
class Template:
    """One prompt text.

    Args:
        name: The file's name without `.txt`.
        text: With slots such as `{question}`; any other brace is plain text.
        source: Where it was read, for error messages.
    """

    name: str
    text: str
    source: str = "given"

    @cached_property
    def slots(self) -> frozenset[str]:
        """The names of the slots."""
        return frozenset(self._parts[1::2])

    @cached_property
    def _parts(self) -> list[str]:
        """Plain text and names of slots in turn, plain text first and last."""
        return _SLOT.split(self.text)

    def fill(self, /, **values: str) -> str:
        """Puts the values into the slots, in one pass: a brace in a value stays a brace.

        Raises:
            TemplateError: A slot has no value, or a value no slot.
        """
        if self.slots != values.keys():
            lacking, unused = self.slots - values.keys(), values.keys() - self.slots
            problem = f"no value for {sorted(lacking)}" if lacking else f"no slot for {sorted(unused)}"
            raise TemplateError(f"prompt {self.name!r} ({self.source}): {problem}; its slots are {sorted(self.slots)}")
        filled = self._parts.copy()
        filled[1::2] = [values[slot] for slot in filled[1::2]]
        return "".join(filled)


class PromptBook:
    """The prompt texts of a package, any of which a user's folder can override.

    Args:
        folders: Where the packages keep their prompts, `NAME.txt` each.
        overrides: The user's folder; a text in it replaces the one of the same name.

    Raises:
        TemplateError: An override has other slots than the text it replaces, or replaces none.
    """

    def __init__(self, *folders: Path, overrides: Path | None = None) -> None:
        self._templates = {t.name: t for folder in folders for t in _read(folder)}
        for template in _read(overrides) if overrides else ():
            self._override(template)

    def _override(self, template: Template) -> None:
        if template.name not in self._templates:
            raise TemplateError(f"{template.source} replaces no prompt; there are {', '.join(self.names)}")
        slots = self._templates[template.name].slots
        if template.slots != slots:
            raise TemplateError(
                f"{template.source}: its slots are {sorted(template.slots)}; the text it replaces has {sorted(slots)}"
            )
        self._templates[template.name] = template

    @property
    def names(self) -> Sequence[str]:
        """Every prompt's name."""
        return tuple(sorted(self._templates))

    def fill(self, name: str, /, **values: str) -> str:
        """The prompt of this name with its slots filled.

        Raises:
            TemplateError: There is no such prompt, or the slots do not match.
        """
        if name not in self._templates:
            raise TemplateError(f"no prompt {name!r}; there are {', '.join(self.names)}")
        return self._templates[name].fill(**values)

    def hashes(self) -> dict[str, str]:
        """Twelve hexadecimal digits for every prompt text, to tell in a record which wording was used."""
        return {
            name: hashlib.blake2b(t.text.encode(), digest_size=6).hexdigest()
            for name, t in sorted(self._templates.items())
        }


def _read(folder: Path) -> list[Template]:
    if not folder.is_dir():
        raise TemplateError(f"{folder} is not a folder of prompt texts")
    return [
        Template(path.stem, path.read_text(encoding="utf-8").rstrip("\n"), str(path))
        for path in sorted(folder.glob("*.txt"))
    ]
