"""Those who ask about a life story: the critic of its answers, the judge of what it states, and what an expert sees in it."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

from ..protocol import LETTERS
from .flaws import FLAWS, find_flaws
from .graded import Vector
from .life_facts import read_facts, theme
from .reading_lives import stated

# How probable it is that the critic objects to an answer that has no flaw.
FALSE_ALARMS = 0.01
# Published reflections are 6 to 19 observations (Park et al. 2024, as Kang et al. 2025 use them).
FEWEST_OBSERVATIONS, MOST_OBSERVATIONS = 6, 19
_GENERAL = (
    "Speaks in concrete scenes and seldom in general terms.",
    "Sees politics through people they know and less through parties.",
    "Values being relied upon and is slow to ask for help.",
    "Is wary of promises and judges by what was kept.",
    "Is at ease with having changed their mind.",
    "Feels bound to the place where they live.",
)


def criticise(context: Mapping[str, Any], told: Sequence[str], draw: random.Random, sensitivity: float) -> str:
    """The critic's verdicts as JSON: by criterion, `{"evidence": words, "answer": "yes" | "no"}`; "yes" is a flaw.

    Args:
        context: Lists the `criteria` by name, and has the `answer` and the `story_question`; a criterion that is none of
            the five flaws is never met.
        told: The earlier answers.
        draw: Decides what is overlooked and what is imagined.
        sensitivity: How probable it is that a flaw is seen.
    """
    answer = _text(context, "answer")
    names = _names(context, "criteria") or list(FLAWS)
    found = find_flaws(answer, _text(context, "story_question"), told)
    seen = {name: found[name] for name in names if name in found and draw.random() < sensitivity}
    if not found and draw.random() < FALSE_ALARMS:
        seen = {draw.choice(names): answer.partition(".")[0][:200]}
    verdicts = {name: {"evidence": seen.get(name, ""), "answer": "yes" if name in seen else "no"} for name in names}
    return json.dumps(verdicts, ensure_ascii=False)


def judge_trait(context: Mapping[str, Any]) -> str:
    """Whether a story states a trait, as JSON: `{"evidence": sentence, "answer": letter}`.

    Args:
        context: Has the `trait`, its `labels` in the order presented, and the `story`. One letter more than there are
            labels is "not mentioned".
    """
    labels = _names(context, "labels")[: len(LETTERS) - 1]
    fact = stated(_text(context, "story"), _text(context, "trait"), labels)
    place = len(labels) if fact is None else labels.index(fact.label)
    said = {"evidence": fact.sentence if fact else "", "answer": LETTERS[place]}
    return json.dumps(said, ensure_ascii=False)


def reflect(context: Mapping[str, Any], draw: random.Random) -> str:
    """Numbered observations about a person: what its attributes and its story say, then what could be said of many."""
    attributes = context.get("attributes")
    known = attributes if isinstance(attributes, Mapping) else {}
    seen = [f"Describes themselves, as to {_short(name)}, as {_short(value)}." for name, value in known.items()]
    for fact in read_facts(_text(context, "backstory")):
        if fact.trait:
            seen.append(f"Says of themselves, as to {fact.trait}: {fact.label}.")
        else:
            seen.append(f"{_leaning(fact.value)} {theme(fact.dimension)}.")
    seen = list(dict.fromkeys(seen))[:MOST_OBSERVATIONS]
    seen += draw.sample(_GENERAL, max(FEWEST_OBSERVATIONS - len(seen), 0))
    return "\n".join(f"{k}. {line}" for k, line in enumerate(seen, start=1))


def interpret(options: Sequence[str]) -> str:
    """What choosing each option would mean, a line each."""
    lines = (f"({letter}) Who says “{_short(o)}” means just that." for letter, o in zip(LETTERS, options, strict=False))
    return "\n".join(lines) or "No options are listed."


def reason(options: Sequence[str], probabilities: Vector) -> str:
    """Which option the person is most likely to choose, and how sure one can be."""
    if not options or len(options) != len(probabilities):
        return "Nothing in what is known of this person points to an answer."
    best = max(range(len(options)), key=probabilities.__getitem__)
    second = sorted(probabilities)[-2] if len(options) > 1 else 0.0
    sure = "clearly" if probabilities[best] > 2 * second else "only just"
    return (
        f"From what is known of this person, ({LETTERS[best]}) “{_short(options[best])}” is {sure} the likeliest answer: "
        "it fits best with the views that they have told."
    )


def _leaning(value: float) -> str:
    if abs(value) < 0.25:
        return "Takes no side on"
    strength = "Strongly" if abs(value) >= 1.5 else "Rather" if abs(value) >= 0.75 else "Slightly"
    return f"{strength} {'favours' if value > 0 else 'opposes'}"


def _names(context: Mapping[str, Any], key: str) -> list[str]:
    held = context.get(key)
    return [name for name in held if isinstance(name, str)] if isinstance(held, list | tuple) else []


def _text(context: Mapping[str, Any], key: str) -> str:
    held = context.get(key)
    return held if isinstance(held, str) else ""


def _short(held: Any) -> str:
    return " ".join(str(held)[:400].split())[:120]
