"""Questions put together from words, as a model would list them: some repeat others, and some lines are none."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

ACTORS = ("we", "the government", "local councils", "the country")
MEASURES = (
    "ban",
    "tax",
    "subsidise",
    "make it easier to get",
    "set limits on",
    "spend more on",
    "spend less on",
    "stop paying for",
)
THINGS = (
    "night trains",
    "private tutoring",
    "street parking",
    "plastic toys",
    "second homes",
    "school meals",
    "garden fires",
    "short flights",
    "public libraries",
    "sugary drinks",
    "care at home",
    "evening classes",
    "city cycling lanes",
    "new motorways",
    "sports betting",
    "rooftop solar panels",
    "village shops",
    "space research",
    "hunting in forests",
    "museum tickets",
    "noisy fireworks",
    "river dams",
    "wood stoves",
    "youth clubs",
)
# How often a line is no new question: one of the examples again, or no question at all.
REPEATED, JUNK = 0.08, 0.08
NO_QUESTIONS = (
    "Here are some questions for your group:",
    "Why?",
    "People should talk more with each other.",
    "What should be done about it?",
    "Should it be so? Or should it not?",
)
MARKS = ("{k}. {line}", "{k}) {line}", "- {line}", "* {line}", '{k}. "{line}"', "{line}")


def list_questions(context: Mapping[str, Any], draw: random.Random) -> str:
    """As many lines as the context's `number` says, in a list style drawn anew; `examples` are at times repeated."""
    number, shown = context.get("number"), context.get("examples")
    lines = number if isinstance(number, int) and number > 0 else 10
    examples = [text for text in shown if isinstance(text, str)] if isinstance(shown, list | tuple) else []
    mark = draw.choice(MARKS)
    return "\n".join(mark.format(k=k, line=_line(examples, draw)) for k in range(1, lines + 1))


def _line(examples: list[str], draw: random.Random) -> str:
    luck = draw.random()
    if luck < REPEATED and examples:
        return draw.choice(examples)
    if luck > 1 - JUNK:
        return draw.choice(NO_QUESTIONS)
    return f"Should {draw.choice(ACTORS)} {draw.choice(MEASURES)} {draw.choice(THINGS)}?"
