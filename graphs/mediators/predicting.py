"""Foretelling one member: what is put before the model, and how its reply is read. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...models.protocol import LETTERS, Message
from ...personas.answers import Answer, Missing, MissingState
from ...personas.asking import Names, Posed, pose
from ...personas.payoffs import expected_value
from ...personas.questions import likert
from ...personas.quoting import Quotes
from ..context import Context
from .protocol import Case
from .rankings import parse_ranking


def told(case: Case, seat: str) -> dict[str, Any]:
    """What the synthetic model may know: what the prompt says."""
    critique = case.critiques.get(seat) if case.previous is not None else None
    return {
        "proposition": case.proposition,
        "question_text": case.question,
        "opinion": case.opinions[seat],
        "critique": critique,
        "previous": case.previous if critique is not None else None,
    }


def ranking_prompt(context: Context, names: Names, case: Case, seat: str, shown: Sequence[str]) -> str:
    """Asks how a member ranks the candidates shown."""
    prompts, quotes, letters = context.prompts, Quotes.of(*names), LETTERS[: len(shown)]
    titled = (
        (prompts.fill("candidate_title", letter=letter), text) for letter, text in zip(letters, shown, strict=True)
    )
    return prompts.fill(
        "ranking",
        question=case.question,
        quoting_rule=quotes.rule(prompts),
        words=_words(context, quotes, case, seat),
        candidates="\n\n".join(quotes.block(text, title) for title, text in titled),
        letters=f"{', '.join(letters[:-1])} and {letters[-1]}",
    )


def read_ranking(said: str | MissingState, candidates: int) -> list[int] | Missing:
    """The ranking that a reply gives, or why there is none."""
    if not isinstance(said, str):
        return Missing(said["missing"], said["raw"])
    ranks = parse_ranking(said, candidates)
    return Missing("unparseable", said) if ranks is None else list(ranks)


def pose_payoffs(
    context: Context, names: Names, case: Case, seat: str, candidates: Sequence[str], labels: Sequence[str]
) -> list[Posed]:
    """Asks, in a member's place, for agreement with each candidate; what stands before is the same for all."""
    prompts, quotes = context.prompts, Quotes.of(*names)
    words, rule = _words(context, quotes, case, seat), quotes.rule(prompts)
    member = prompts.fill("prediction_member", question=case.question, quoting_rule=rule, words=words)
    posed = []
    for text in candidates:
        statement = quotes.block(text, prompts.fill("statement_title"))
        posed.append(
            pose(
                likert("agreement", prompts.fill("prediction", statement=statement), tuple(labels), text),
                before=(Message("system", member),),
                names=names,
                prompts=prompts,
                asking=context.asking,
                context=told(case, seat) | {"step": "prediction", "statement": text},
                replicate=context.replicate,
            )
        )
    return posed


def payoff_of(answer: Answer) -> float | Missing:
    """The mean of the scale's codes under the probabilities of an answer, or why there is none."""
    value = expected_value(answer)
    if value is not None:
        return value[0]
    return answer.answer if isinstance(answer.answer, Missing) else Missing("no_option", str(answer.answer))


def _words(context: Context, quotes: Quotes, case: Case, seat: str) -> str:
    """What a member wrote: the opinion and, where there is one, the critique with what it is about."""
    fill, said = context.prompts.fill, told(case, seat)
    titles = {"opinion": "member_opinion_title", "previous": "previous_title", "critique": "member_critique_title"}
    return "\n\n".join(quotes.block(said[key], fill(title)) for key, title in titles.items() if said[key] is not None)
