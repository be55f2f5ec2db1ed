"""Stage 1: does the story state the trait? What a judge is asked, and how its reply is read.

The story is quoted line by line, so that nothing in it can end the quotation; the judge gives its evidence first and a
letter after it, and whether the evidence really stands in the story is looked up.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...models.choosing import parse_answer
from ...models.protocol import LETTERS
from ...models.schemas import object_schema
from ...models.templates import PromptBook
from ..answers import Missing
from ..asking import lettered
from ..conditioning import backstory
from ..persona import Attribute, Persona
from ..questions import Option, Question
from ..visible import visible
from .drawing import attribute_question

UNSTATED = "unstated"
_FENCE = re.compile(r"^```\w*\s*")
_WORD = re.compile(r"\w+")
_GAP = re.compile(r"\[?(?:\.\.\.|…)\]?")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a judge made of a story.

    Args:
        label: The label that the story states; None where it states none, or nothing could be read.
        evidence: The words the judge gives for it; may be empty.
        quoted: Whether they stand in the story, as `is_quoted`; None where no label is stated.
        missing: Why nothing could be read; None where something was.
    """

    label: str | None = None
    evidence: str = ""
    quoted: bool | None = None
    missing: Missing | None = None


def stated_question(trait: Attribute, prompts: PromptBook, ordinal: bool = False) -> Question:
    """The labels as options, and a last one for a story that does not say.

    Raises:
        ValueError: The trait has no labels that can be told apart.
    """
    return attribute_question(trait, prompts, Option(UNSTATED, prompts.fill("trait_unstated"), missing=True), ordinal)


def told_story(persona: Persona, prompts: PromptBook) -> str:
    """The life as a judge reads it: the backstory, or the interview with its questions.

    Raises:
        ConditioningError: The persona has no story.
    """
    return persona.backstory or backstory(persona, (), prompts)


def render_statement(
    story: str, question: Question, options: Sequence[Option], prompts: PromptBook, again: bool = False
) -> str:
    """The text that asks a judge whether the story states the trait.

    Args:
        story: Any text; it is data, whatever it says.
        question: As `stated_question`.
        options: In the order presented.
        prompts: The prompt texts.
        again: An earlier reply could not be read.
    """
    letters = LETTERS[: len(options)]
    return prompts.fill(
        "trait_stated",
        story=quote(story),
        question=question.text,
        options=lettered(options),
        none=letters[-1],
        letters=", ".join(letters[:-1]) + f" or {letters[-1]}",
        again="\n" + prompts.fill("trait_stated_again") if again else "",
    )


def quote(text: str) -> str:
    """Every line of the text behind "> ", whatever ends its lines; what cannot be seen in it is shown."""
    return "\n".join(f"> {line}" for line in visible("\n".join(text.splitlines())).splitlines())


def statement_schema(options: int) -> str:
    """The JSON schema of a judge's reply: `evidence`, then `answer`, one of so many letters."""
    answer = {"type": "string", "enum": list(LETTERS[:options])}
    return object_schema({"evidence": {"type": "string"}, "answer": answer})


def read_statement(said: str | Missing, options: Sequence[Option], story: str) -> Reading:
    """What a judge's reply says.

    Args:
        said: The reply, or why there is none.
        options: In the order presented.
        story: As the judge read it.
    """
    if isinstance(said, Missing):
        return Reading(missing=said)
    held = _reply(said)
    evidence, answer = held.get("evidence"), held.get("answer")
    evidence = "" if evidence is None else evidence
    place = parse_answer(answer, [o.text for o in options]) if isinstance(answer, str) else None
    if place is None or not isinstance(evidence, str):
        return Reading(missing=Missing("unparseable", said))
    if options[place].missing:
        return Reading(evidence=evidence)
    return Reading(options[place].code, evidence, is_quoted(evidence, story))


def is_quoted(evidence: str, story: str) -> bool:
    """Whether the evidence stands in the story, word for word and in order.

    Case, punctuation, typographic forms and line breaks do not count; an ellipsis leaves any number of words out.
    """
    parts = [part for part in map(_words, _GAP.split(evidence)) if part]
    text, at = f" {_words(story)} ", 0
    for part in parts:
        found = text.find(f" {part} ", at)
        if found < 0:
            return False
        at = found + len(part) + 1
    return bool(parts)


def _words(text: str) -> str:
    # Words are told apart before compatible forms are unified: a sign such as ℠ would turn into letters of its word.
    words = _WORD.findall(unicodedata.normalize("NFC", text))
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", " ".join(words)).casefold()))


def _reply(text: str) -> dict[str, Any]:
    """The object a reply begins with, or else the only one in it; empty where there is none, or several."""
    start = _FENCE.sub("", text.strip())
    first = next(_objects(start), None)
    if first is not None and start.startswith("{"):
        return first
    held = [found for found in _objects(start) if "answer" in found]
    return held[0] if held and all(found == held[0] for found in held) else {}


def _objects(text: str) -> Iterator[dict[str, Any]]:
    at = text.find("{")
    while at >= 0:
        try:
            found, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            yield found
        at = text.find("{", end)
