"""Which of two texts a judge finds better, in both orders (Jarrett et al. 2025, eq. 20 and 22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ....models.protocol import LanguageModel
from ....personas.answers import Missing
from ....personas.asking import Names
from ....personas.representatives.judging import Verdict, judge_pair, matter_of_statement, matter_of_text
from ....personas.representatives.variant import Variant
from .calling import each
from .plan import EvaluationPlan, Key
from .writing import Written


@dataclass(frozen=True, slots=True)
class Pair:
    """Two statements on one question.

    Args:
        episode: Where they were made.
        text: The contestant's.
        other: The baseline's.
        names: Where in the episode: mediator, replicate, regime, for seeds.
    """

    episode: str
    text: str | Missing
    other: str | Missing
    names: tuple[str | int, ...]


async def judge_texts(
    plan: EvaluationPlan, judge: LanguageModel, texts: Written, others: Written
) -> dict[tuple[Key, int], Verdict]:
    """Verdicts on all texts that are judged.

    Args:
        plan: What is measured.
        judge: Who judges.
        texts: The contestant's.
        others: The baseline's; a human text is the same in every replicate.
    """
    variant, prompts = Variant.parse(plan.config.judge_told), plan.prompts
    wanted = [(key, r) for key in plan.keys for r in range(plan.config.replicates)]

    async def judged(one: tuple[Key, int]) -> Verdict:
        (id, persona, step), replicate = one
        episode, text, other = plan.episode(id), texts[one], others[one]
        if isinstance(text, Missing) or isinstance(other, Missing):
            return Verdict(None, None, text if isinstance(text, Missing) else other)  # type: ignore[arg-type]
        seat = next(s for s in episode.seats if s.persona == persona)
        matter = matter_of_text(
            step,
            plan.episodes.persona(persona, but=episode),
            variant,
            prompts,
            question=episode.question,
            opinion=seat.opinion or "",
            draft=episode.draft or "",
            attributes=plan.episodes.population.attributes,
        )
        names = plan.names(persona, episode.question, replicate, f"judge {step}")
        return await judge_pair(judge, matter, text, other, names=names, prompts=prompts, asking=plan.asking)

    return dict(zip(wanted, await each(wanted, judged, plan.config.calls_in_flight), strict=True))


async def judge_statements(plan: EvaluationPlan, judge: LanguageModel, pairs: Sequence[Pair]) -> list[Verdict]:
    """Verdicts on pairs of statements, in their order."""

    async def judged(pair: Pair) -> Verdict:
        if isinstance(pair.text, Missing) or isinstance(pair.other, Missing):
            return Verdict(None, None, pair.text if isinstance(pair.text, Missing) else pair.other)  # type: ignore[arg-type]
        episode = plan.episode(pair.episode)
        matter = matter_of_statement(
            episode.question, {s.persona: s.opinion or "" for s in episode.seats}, plan.prompts
        )
        names: Names = plan.names(f"group {episode.id}", episode.question, 0, "judge statement")
        names = (*names, *pair.names)
        return await judge_pair(
            judge, matter, pair.text, pair.other, names=names, prompts=plan.prompts, asking=plan.asking
        )

    return await each(pairs, judged, plan.config.calls_in_flight)


def human_texts(plan: EvaluationPlan) -> Written:
    """What people wrote, once for every replicate."""
    shown: Mapping[Key, str] = {key: d.text for key, d in plan.demonstrations(Variant()).items()}
    return {(key, r): shown[key] for key in plan.written for r in range(plan.config.replicates)}
