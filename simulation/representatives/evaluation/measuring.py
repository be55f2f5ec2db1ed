"""Measures representatives: scores, texts, episodes played again, verdicts and payoffs, each call through the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from ....models.errors import UnsupportedError
from ....models.protocol import LanguageModel
from ....personas.representatives.judging import Verdict
from .cast import Cast
from .consensus_measures import SUBSTITUTED, statement_pairs
from .contestants import Contestant
from .judging import Pair, human_texts, judge_statements, judge_texts
from .payoff_sources import PayoffSource
from .payoff_table import PayoffTable, payoff_table
from .plan import EvaluationPlan, Key
from .scoring import Scored, score_texts
from .substituting import Regime, Statements, base_plays, play_all, substituted_plays
from .writing import Written, write_texts

HUMAN = "human"
JUDGE = "judge"
Say = Callable[[str], None]


@dataclass
class Found:
    """What was found before it is summed up.

    Args:
        scores: By contestant.
        unscored: By contestant, why it has no scores.
        texts: By contestant.
        verdicts: On texts, by contestant and baseline (`human`, or the vanilla's name).
        statements: Of all plays; empty where none were played.
        statement_verdicts: On statements, by contestant, baseline and regime.
        payoffs: Of all plays.
    """

    scores: dict[str, dict[Key, Scored]] = field(default_factory=dict)
    unscored: dict[str, str] = field(default_factory=dict)
    texts: dict[str, Written] = field(default_factory=dict)
    verdicts: dict[tuple[str, str], dict[tuple[Key, int], Verdict]] = field(default_factory=dict)
    statements: Statements = field(default_factory=dict)
    statement_verdicts: dict[tuple[str, str, Regime], tuple[list[Pair], list[Verdict]]] = field(default_factory=dict)
    payoffs: PayoffTable | None = None


async def measure(
    plan: EvaluationPlan,
    cast: Cast,
    payoffs: Callable[[LanguageModel | None], PayoffSource] | None = None,
    say: Say = lambda line: None,
) -> Found:
    """Asks for everything that is measured.

    Args:
        plan: What is measured.
        cast: The contestants' models by their keys, `mediator NAME`, and, where there are such, `judge` and `payoff`.
        payoffs: Makes the source of payoffs, given the model `payoff` where the cast has one.
        say: Told what comes next.

    Raises:
        SetupError: A model cannot be used at all.
        UnsupportedError: The judge or the source of payoffs cannot do what it is asked.
    """
    found = Found()
    await _check_choosers(plan, cast)
    for base, group in groupby(plan.contestants, lambda c: c.base):
        # Adapters share the weights of their base, which stay open from one to the next.
        async with cast.several({base: f"base {base}"} if f"base {base}" in cast else {}):
            for contestant in group:
                say(f"{contestant.name}: {len(plan.keys):,} texts scored, {len(plan.written):,} written")
                await _speak(plan, cast, contestant, found)
    if plan.measures_consensus:
        await _play(plan, cast, found, say)
    if JUDGE in cast:
        await _judge(plan, cast, found, say)
    if payoffs and found.statements:
        say("payoffs")
        async with cast.several({"payoff": "payoff"} if "payoff" in cast else {}) as models:
            found.payoffs = await payoff_table(plan, payoffs(models.get("payoff")), found.statements)
    return found


async def _check_choosers(plan: EvaluationPlan, cast: Cast) -> None:
    """Looks whether whoever chooses can, before hours are spent on texts."""
    for role in (JUDGE, "payoff"):
        async with cast.several({role: role} if role in cast else {}) as models:
            for model in models.values():
                if plan.config.method not in model.capabilities.choose:
                    offered = ", ".join(model.capabilities.choose) or "none"
                    raise UnsupportedError(
                        f"evaluation.{role}: {model.name} cannot choose by {plan.config.method!r}; set evaluation.method to "
                        f"what it offers: {offered}"
                    )


async def _speak(plan: EvaluationPlan, cast: Cast, contestant: Contestant, found: Found) -> None:
    async with cast.model(contestant.model) as model:
        try:
            found.scores[contestant.name] = await score_texts(plan, contestant, model)
        except UnsupportedError as error:
            found.unscored[contestant.name] = str(error)
        found.texts[contestant.name] = await write_texts(plan, contestant, model)


async def _play(plan: EvaluationPlan, cast: Cast, found: Found, say: Say) -> None:
    keys = {name: f"mediator {name}" for name in plan.config.mediators}
    async with cast.several(keys) as mediators:
        say(f"{len(plan.replayed):,} episodes played again with nobody substituted")
        found.statements |= await play_all(plan, base_plays(plan), mediators)
        for contestant in plan.contestants:
            say(f"{len(plan.replayed):,} episodes played again with {contestant.name}")
            async with cast.model(contestant.model) as model:
                plays = substituted_plays(plan, contestant)
                found.statements |= await play_all(plan, plays, mediators, contestant, model)


async def _judge(plan: EvaluationPlan, cast: Cast, found: Found, say: Say) -> None:
    async with cast.model(JUDGE) as judge:
        for contestant, baseline in _matches(plan):
            say(f"judge: {contestant.name} against {baseline}")
            others = human_texts(plan) if baseline == HUMAN else found.texts[baseline]
            found.verdicts[contestant.name, baseline] = await judge_texts(
                plan, judge, found.texts[contestant.name], others
            )
            for regime in SUBSTITUTED if found.statements else ():
                against = "" if baseline == HUMAN else baseline
                pairs = statement_pairs(found.statements, contestant.name, regime, against)
                verdicts = await judge_statements(plan, judge, pairs)
                found.statement_verdicts[contestant.name, baseline, regime] = pairs, verdicts


def _matches(plan: EvaluationPlan) -> Iterator[tuple[Contestant, str]]:
    """Everybody against the humans, and representatives against what they were made from."""
    for contestant in plan.contestants:
        yield contestant, HUMAN
        if contestant.vanilla:
            yield contestant, contestant.vanilla
