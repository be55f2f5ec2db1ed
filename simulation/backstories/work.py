"""One story: told through its graph, then looked through for traits; and what it leaves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ...graphs.backstories import StoryGraph, build_interview, read_story
from ...graphs.context import Context
from ...graphs.critic import Critic
from ...graphs.traits import build_trait_survey
from ...models.protocol import LanguageModel, Sampling
from ...models.templates import PromptBook
from ...personas.answers import Missing
from ...personas.persona import Persona
from ...personas.traits import with_traits
from .plan import PoolPlan

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class StoryUnit:
    """One story to be made, or looked through.

    Args:
        number: Tells independent draws of the same prompt apart.
        persona: Whose it is; has the story already where it is not made.
        answers: What is on record of its answers, where it is not made.
    """

    number: int
    persona: Persona
    answers: Rows = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StoryOutcome:
    """What one story leaves.

    Args:
        story: The persona with its story and traits, or why there is none.
        answers: A row per answer asked for.
        traits: By trait, what the survey found; empty where none was asked for.
    """

    story: Persona | Missing
    answers: Rows
    traits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Settings:
    """What all pools of a study share.

    Args:
        study: The study's name.
        seed: Its seed.
        prompts: The prompt texts.
    """

    study: str
    seed: int
    prompts: PromptBook


Work = Callable[[StoryUnit], Awaitable[StoryOutcome]]


def story_work(plan: PoolPlan, models: Mapping[str, LanguageModel], settings: Settings) -> Work:
    """The function that runs a unit of a pool.

    Args:
        plan: Of the pool.
        models: With the pool's writer and judge among the keys.
        settings: Of the study.
    """
    tell = _telling(plan, models, settings)
    survey = _surveying(plan, models, settings)

    async def work(unit: StoryUnit) -> StoryOutcome:
        story, answers = await tell(unit)
        if isinstance(story, Missing):
            return StoryOutcome(story, answers)
        rows = await survey(story)
        return StoryOutcome(with_traits(story, rows) if rows else story, answers, rows)

    return work


def _telling(
    plan: PoolPlan, models: Mapping[str, LanguageModel], settings: Settings
) -> Callable[[StoryUnit], Awaitable[tuple[Persona | Missing, Rows]]]:
    async def told_already(unit: StoryUnit) -> tuple[Persona | Missing, Rows]:
        return unit.persona, unit.answers

    if plan.script is None:
        return told_already
    graph = story_graph(plan).compile()

    async def tell(unit: StoryUnit) -> tuple[Persona | Missing, Rows]:
        context = _context(plan, models, settings, unit.persona, unit.number)
        state = await graph.ainvoke({}, context=context)
        turns = read_story(state)
        story = turns if isinstance(turns, Missing) else replace(unit.persona, interview=turns)
        return story, state["answers"]

    return tell


def story_graph(plan: PoolPlan) -> StoryGraph:
    """The graph that tells a pool's stories."""
    assert plan.script is not None
    config = plan.config
    critic = Critic(plan.criteria, config.attempts, config.after)
    return build_interview(plan.script, critic, primed=config.method == "demographics_primed")


def _surveying(
    plan: PoolPlan, models: Mapping[str, LanguageModel], settings: Settings
) -> Callable[[Persona], Awaitable[Mapping[str, Mapping[str, Any]]]]:
    async def nothing(persona: Persona) -> Mapping[str, Mapping[str, Any]]:
        return {}

    asked = plan.traits
    if not asked.attributes:
        return nothing
    graph = build_trait_survey(asked.attributes, asked.draws, ordinal=asked.ordinal).compile()
    names = {a.name for a in asked.attributes}

    async def survey(persona: Persona) -> Mapping[str, Mapping[str, Any]]:
        if names <= persona.traits.keys():  # known from the file, or from the pool it was taken from
            return {}
        context = _context(plan, models, settings, persona, 0)
        state = await graph.ainvoke({}, context=replace(context, style="backstory"))
        return {name: state["traits"][name] for name in (a.name for a in asked.attributes)}

    return survey


def _context(
    plan: PoolPlan, models: Mapping[str, LanguageModel], settings: Settings, persona: Persona, number: int
) -> Context:
    sampling = plan.config.sampling
    return Context(
        seats={"respondent": replace(persona, model="")},
        models={"participant": models[plan.writer], "judge": models[plan.judge]},
        study=settings.study,
        seed=settings.seed,
        style=plan.config.style,
        attributes=plan.attributes,
        sampling=Sampling(sampling.temperature, sampling.top_p, sampling.max_tokens),
        prompts=settings.prompts,
        replicate=number,
    )
