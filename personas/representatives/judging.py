"""A judge that says which of two texts is better, asked in both orders (Jarrett et al. 2025, eq. 20 and 22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...models.protocol import LETTERS, ChooseRequest, LanguageModel, Prompt
from ...models.seeds import derive_seed
from ...models.templates import PromptBook
from ...models.together import choose_all, or_raise
from ..answers import Missing
from ..asking import Asking, Names, as_missing
from ..persona import Attribute, Persona
from ..quoting import Quotes
from .prompting import Step, render_person
from .variant import Variant


@dataclass(frozen=True)
class Matter:
    """What a judge is told of the matter on which two texts are to be compared.

    Args:
        template: `judge_critique`, `judge_opinion` or `judge_statement`.
        slots: The template's slots but for the two texts, the rule on quotations and what is quoted.
        quoted: By slot, the texts that people wrote, each with its title.
        context: Plain values for models that answer from them.
    """

    template: str
    slots: Mapping[str, str]
    quoted: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The probability that the contestant's text is the better one, by the order in which the texts were shown.

    Args:
        first: Asked with the contestant's text first; None where there was no answer.
        second: Asked with it second; the probability of the same text.
        missing: Why one of them, or both, could not be had.
    """

    first: float | None
    second: float | None
    missing: Missing | None = None


def matter_of_text(
    step: Step,
    persona: Persona,
    told: Variant,
    prompts: PromptBook,
    *,
    question: str,
    opinion: str = "",
    draft: str = "",
    attributes: Sequence[Attribute] = (),
) -> Matter:
    """Whose opinion or critique is judged, and on what.

    Args:
        step: What the two texts are.
        persona: In whose name they were written.
        told: What the judge is told of the person.
        prompts: The prompt texts.
        question: The question under debate.
        opinion: The person's opinion on it; for critiques.
        draft: The group's draft statement; for critiques.
        attributes: Which traits may be told.
    """
    person = render_person(persona, told, prompts, question=question, attributes=attributes).text
    quoted = {"person": [(prompts.fill("judge_person_title"), person)] if person else []}
    if step == "critique":
        quoted["opinion"] = [(prompts.fill("judge_own_title"), opinion)]
        quoted["draft"] = [(prompts.fill("judge_draft_title"), draft)]
    context = {"about": step, "persona": persona.id, "question_text": question, "statement": draft}
    return Matter(f"judge_{step}", {"question": question}, quoted, context)


def matter_of_statement(question: str, opinions: Mapping[str, str], prompts: PromptBook) -> Matter:
    """Whose statement is judged, and on what.

    Args:
        question: The question under debate.
        opinions: By persona, what the group's members wrote.
        prompts: The prompt texts.
    """
    lines = enumerate(opinions.values(), start=1)
    listed = [(prompts.fill("judge_opinion_title", number=str(k)), text) for k, text in lines]
    context = {"about": "statement", "personas": list(opinions), "question_text": question}
    return Matter("judge_statement", {"question": question}, {"opinions": listed}, context)


async def judge_pair(
    model: LanguageModel,
    matter: Matter,
    text: str,
    other: str,
    *,
    names: Names,
    prompts: PromptBook,
    asking: Asking = Asking(),
) -> Verdict:
    """Asks a judge twice, with each of the two texts first.

    Args:
        model: The judge.
        matter: What it is told.
        text: The contestant's.
        other: The baseline's.
        names: From which seeds derive; never the contestant's.
        prompts: The prompt texts.
        asking: How its choice is read; both orders are asked in any case.

    Raises:
        SetupError: Every further call would fail the same way.
        UnsupportedError: The judge cannot choose by this method.
    """
    shown = [(text, other), (other, text)]
    quotes = Quotes.of(*names, "judge")  # the same in both orders, so that the prompts begin alike
    requests = [_request(matter, pair, (*names, str(k)), quotes, prompts, asking) for k, pair in enumerate(shown)]
    found: list[float | None] = []
    gone = None
    for place, answer in enumerate(await choose_all(model, requests)):
        if isinstance(answer, Exception):
            gone = as_missing(answer)
        elif sum(answer.probabilities) <= 0:
            gone = Missing("no_option", answer.raw)
        else:
            found.append(or_raise(answer).probabilities[place])
            continue
        found.append(None)
    return Verdict(found[0], found[1], gone)


def _request(
    matter: Matter, texts: tuple[str, str], names: Names, quotes: Quotes, prompts: PromptBook, asking: Asking
) -> ChooseRequest:
    quoted = {
        slot: "\n\n".join(quotes.block(text, title) for title, text in held) for slot, held in matter.quoted.items()
    }
    if quoted.get("person"):
        quoted["person"] = f"\n\n{quoted['person']}"
    titles = (prompts.fill("judge_text_title", letter=letter) for letter in LETTERS)
    first, second = map(quotes.block, texts, titles)
    rule = quotes.rule(prompts)
    asked = prompts.fill(matter.template, **matter.slots, **quoted, quoting_rule=rule, first=first, second=second)
    return ChooseRequest(
        prompt=Prompt.of(asked),
        seed=derive_seed(*names),
        context={**matter.context, "step": "judge", "texts": list(texts)},
        options=texts,
        method=asking.method,
        draws=asking.draws,
    )
