"""Episodes played again with nobody, one participant or everybody substituted (Jarrett et al. 2025, eq. 16, 17 and 21).

All plays of an episode share the mediator's seeds, so that what differs between them is what people say. The floor is the
same episode with nobody substituted and other seeds: how far outcomes move without anybody being replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from ....graphs.consensus import build_consensus
from ....graphs.context import Context
from ....graphs.state import Agenda
from ....models.protocol import LanguageModel
from ....personas.answers import Missing, is_missing
from ....personas.representatives.episodes import Episode
from ....personas.representatives.recorded import RecordedMediator, RecordedPeople, Substitute
from .calling import each
from .contestants import Contestant
from .plan import EvaluationPlan

Regime = Literal["base", "floor", "one", "all"]
RECORDED, REPRESENTED, MEDIATOR = "recorded", "represented", "mediator"


@dataclass(frozen=True, slots=True)
class Play:
    """One way to play an episode again.

    Args:
        mediator: Who revises, by name.
        episode: Which episode.
        replicate: Which independent draw.
        regime: `base`, `floor` (nobody substituted, other seeds), `one` or `all` participants substituted.
        contestant: Who is the substitute; "" for nobody.
        persona: Who is substituted, in the regime `one`.
    """

    mediator: str
    episode: str
    replicate: int
    regime: Regime
    contestant: str = ""
    persona: str = ""


Statements = dict[Play, str | Missing]


def base_plays(plan: EvaluationPlan) -> list[Play]:
    """Nobody substituted, with the seeds of all other plays and with others."""
    regimes: tuple[Regime, ...] = ("base", "floor")
    return [Play(*place, regime) for place in _places(plan) for regime in regimes]


def substituted_plays(plan: EvaluationPlan, contestant: Contestant) -> list[Play]:
    """One participant substituted, each in turn, and all of them."""
    plays = []
    for place in _places(plan):
        people = [s.persona for s in plan.episode(place[1]).seats]
        plays += [Play(*place, "one", contestant.name, persona) for persona in people]
        plays.append(Play(*place, "all", contestant.name))
    return plays


async def play_all(
    plan: EvaluationPlan,
    plays: Sequence[Play],
    mediators: Mapping[str, LanguageModel],
    contestant: Contestant | None = None,
    model: LanguageModel | None = None,
) -> Statements:
    """The final statement of every play.

    Args:
        plan: What is measured.
        plays: What is played.
        mediators: The family, by name.
        contestant: The substitute, where there is one.
        model: The substitute's model.

    Raises:
        SetupError: A model cannot be used at all.
    """

    async def play(one: Play) -> str | Missing:
        episode = plan.episode(one.episode)
        substituted = _substituted(one, episode)
        context = _context(plan, one, episode, substituted, mediators[one.mediator], contestant, model)
        # Without a proposition on record the question stands for it: nobody is asked for one.
        start: Agenda = {"question": episode.question, "proposition": episode.proposition or episode.question}
        state: Mapping[str, Any] = await _graph().ainvoke(start, context=context)
        revised = state["revised"]
        return Missing(revised["missing"], revised["raw"]) if is_missing(revised) else str(revised)

    return dict(zip(plays, await each(plays, play, plan.config.calls_in_flight), strict=True))


@lru_cache(maxsize=1)
def _graph() -> Any:
    return build_consensus().compile()


def _places(plan: EvaluationPlan) -> Iterator[tuple[str, str, int]]:
    for mediator in plan.config.mediators:
        for episode in plan.replayed:
            for replicate in range(plan.config.replicates):
                yield mediator, episode.id, replicate


def _substituted(play: Play, episode: Episode) -> frozenset[str]:
    if play.regime == "all":
        return frozenset(s.persona for s in episode.seats)
    return frozenset((play.persona,)) if play.regime == "one" else frozenset()


def _context(
    plan: EvaluationPlan,
    play: Play,
    episode: Episode,
    substituted: frozenset[str],
    mediator: LanguageModel,
    contestant: Contestant | None,
    model: LanguageModel | None,
) -> Context:
    people = RecordedPeople(episode)
    models: dict[str, LanguageModel] = {
        RECORDED: people,
        MEDIATOR: RecordedMediator(episode, mediator, plan.statement_sampling),
    }
    style = "none"
    if substituted:
        assert contestant is not None
        assert model is not None
        models[REPRESENTED], style = Substitute(people, model), str(contestant.variant)
    seats = {}
    for k, seat in enumerate(episode.seats, start=1):
        persona = plan.episodes.persona(seat.persona, but=episode)
        own = (REPRESENTED, style) if seat.persona in substituted else (RECORDED, "none")
        seats[f"seat_{k:02d}"] = replace(persona, model=own[0], style=own[1])
    # Replicates beyond the first so many are the floor's: other seeds, and otherwise the same.
    other = plan.config.replicates if play.regime == "floor" else 0
    return Context(
        seats=seats,
        models=models,
        study=plan.study,
        seed=plan.seed,
        unit=episode.id,
        attributes=plan.episodes.population.attributes,
        sampling=plan.sampling,
        prompts=plan.prompts,
        replicate=play.replicate + other,
    )
