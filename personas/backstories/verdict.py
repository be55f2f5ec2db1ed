"""What a critic says of an answer: for every criterion the evidence first, then yes or no, as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, TypeAdapter, ValidationError

from ...models.schemas import object_schema
from ..answers import Missing
from .criteria import Criterion

_EXAMPLE = {"evidence": "...", "answer": "yes or no"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What the critic says of one criterion.

    Args:
        criterion: Its name.
        evidence: The words of the answer that show the flaw; may be empty.
        flawed: Whether the answer has it.
    """

    criterion: str
    evidence: str
    flawed: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the critic says of an answer, criterion by criterion in the order asked."""

    findings: tuple[Finding, ...]

    @property
    def flaws(self) -> tuple[Finding, ...]:
        """What is wrong with the answer; nothing where it is accepted."""
        return tuple(f for f in self.findings if f.flawed)


def _plain_word(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.strip().strip(".!").lower() if isinstance(value, str) else value


def _plain_text(value: Any) -> Any:
    return "" if value is None else value


class _Said(BaseModel):
    evidence: Annotated[str, BeforeValidator(_plain_text)] = ""
    answer: Annotated[Literal["yes", "no"], BeforeValidator(_plain_word)]


_SAID = TypeAdapter(dict[str, _Said])


def read_verdict(text: str, criteria: Sequence[Criterion]) -> Verdict | Missing:
    """The verdict that a text holds, or `Missing("unparseable")` with what is wrong with it.

    Words around the JSON object, such as a fence, are passed over, and so are criteria nobody asked about; one that was
    asked about and is not there makes the text unparseable.
    """
    try:
        held = _first_object(text)
        said = _SAID.validate_python({c.name: held[c.name] for c in criteria if c.name in held})
    except ValidationError as error:
        first = error.errors()[0]
        return Missing("unparseable", f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
    except ValueError as error:
        return Missing("unparseable", str(error))
    lacking = [c.name for c in criteria if c.name not in said]
    if lacking:
        return Missing("unparseable", f"nothing is said of {', '.join(lacking)}")
    return Verdict(tuple(Finding(c.name, said[c.name].evidence, said[c.name].answer == "yes") for c in criteria))


def _first_object(text: str) -> dict[str, Any]:
    """The first JSON object in a text.

    Raises:
        ValueError: There is none.
    """
    start = text.find("{")
    while start >= 0:
        try:
            found, _ = json.JSONDecoder().raw_decode(text, start)
        except ValueError:
            start = text.find("{", start + 1)
            continue
        return dict(found)
    raise ValueError("there is no JSON object in it")


def verdict_schema(criteria: Sequence[Criterion]) -> str:
    """The JSON schema of a verdict, for models that can be held to one; the evidence is written before the answer."""
    said: dict[str, dict[str, Any]] = {
        "evidence": {"type": "string"},
        "answer": {"type": "string", "enum": ["yes", "no"]},
    }
    return object_schema({c.name: json.loads(object_schema(said)) for c in criteria})


def verdict_form(criteria: Sequence[Criterion]) -> str:
    """What a verdict looks like, to be shown in the prompt."""
    return json.dumps({c.name: _EXAMPLE for c in criteria}, indent=1)
