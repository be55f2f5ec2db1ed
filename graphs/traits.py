"""Trait survey: which person does a story tell of? (Moon et al. 2024; Kang et al. 2025)

1. `read_story`: a judge says at temperature 0 whether the story states the trait: evidence first, then a letter.
2. `gather_readings`: once every trait was read, a reply that could not be read is asked for again, a few times.
3. `ask_persona`: where the story does not state the trait, or no reading could be had, the persona itself is asked, 40
   times at temperature 1.

One `Send` per trait in steps 1 and 3. What comes out is a distribution over each trait's labels: all on the label stated,
else the shares of what was drawn, refusals and unparseable answers left out; uniform where nothing is left.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Annotated, Any

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send
from typing_extensions import TypedDict

from ..models.errors import ModelError
from ..models.protocol import CHOOSE_METHODS, ChooseMethod, LanguageModel, Message, Prompt, Request, Sampling
from ..models.seeds import derive_seed
from ..personas.answers import Missing
from ..personas.asking import Asking, as_missing, ask, persona_context, pose, present, read_text
from ..personas.conditioning import condition
from ..personas.persona import Attribute
from ..personas.traits.drawing import check_labels, read_draws, trait_question
from ..personas.traits.rows import JudgeRow, TraitRow, drawn_row, judge_row, stated_row
from ..personas.traits.stating import read_statement, render_statement, stated_question, statement_schema, told_story
from .context import Context
from .node import Node
from .state import merge
from .survey import RESPONDENT

JUDGE = "judge"
JUDGED = Sampling(temperature=0.0, max_tokens=512)
UNREADABLE = ("unparseable", "empty")  # asked again; a refusal or a failed call is not
Update = dict[str, Any]


class TraitState(TypedDict, total=False):
    """By trait: `readings` is what the judge made of the story, `traits` the whole row once it is settled."""

    readings: Annotated[dict[str, JudgeRow], merge]
    traits: Annotated[dict[str, TraitRow], merge]


class TraitTask(TypedDict):
    """What one `Send` carries: the trait, and what the judge made of it so far."""

    trait: str
    reading: JudgeRow | None


def build_trait_survey(
    traits: Sequence[Attribute],
    draws: int = 40,
    method: ChooseMethod = "sampled",
    tries: int = 3,
    ordinal: Collection[str] = (),
) -> StateGraph[TraitState, Context, TraitState, TraitState]:
    """The graph that finds out who one persona is; compile it, then invoke it with `{}` and a `Context`.

    The context's seat `respondent` is the persona with its story. The role `judge` reads the story, and where the context
    has none, the participant does.

    Args:
        traits: What is asked; their `values` are the labels.
        draws: How often the persona is asked.
        method: How it is asked: `first_token` or `full_option` read the model's own probabilities instead.
        tries: How often a judge is asked at most where its reply cannot be read.
        ordinal: Names of traits whose labels are in order, such as age bands: presented forward or reversed, where those
            of others are shuffled.

    Raises:
        ValueError: There are no traits, two have one name, a trait's labels cannot be told apart, the method is unknown,
            or a number is below 1.
    """
    held = {trait.name: trait for trait in traits}
    if not held or len(held) < len(traits):
        raise ValueError("a trait survey needs traits, each with a name of its own")
    if set(ordinal) - held.keys():
        raise ValueError(f"ordinal names {sorted(set(ordinal) - held.keys())}; the traits are {', '.join(held)}")
    if method not in CHOOSE_METHODS or min(draws, tries) < 1:
        raise ValueError(
            f"a trait survey needs draws and tries of at least 1 and a method out of {', '.join(CHOOSE_METHODS)}; got "
            f"{draws}, {tries} and {method!r}"
        )
    for trait in traits:
        check_labels(trait)
    graph = StateGraph(TraitState, context_schema=Context)
    graph.add_node("read_story", Node(read_story(held, frozenset(ordinal))))
    graph.add_node("gather_readings", gather_readings)
    graph.add_node("ask_persona", Node(ask_persona(held, frozenset(ordinal), Asking(method, draws))))
    graph.add_conditional_edges(START, to_story(list(held)), ["read_story"])
    graph.add_edge("read_story", "gather_readings")
    graph.add_conditional_edges("gather_readings", to_persona(tries), ["read_story", "ask_persona", END])
    graph.add_edge("ask_persona", END)
    return graph


def to_story(traits: Sequence[str]) -> Callable[[TraitState], list[Send]]:
    """A route that sends every trait to the judge."""

    def to_story(state: TraitState) -> list[Send]:
        return [Send("read_story", TraitTask(trait=name, reading=None)) for name in traits]

    return to_story


def gather_readings(state: TraitState) -> TraitState:
    """Waits until every trait is read, so that the next step is sent once to each."""
    return {}


def to_persona(tries: int) -> Callable[[TraitState], list[Send] | str]:
    """A route: to the judge again with what could not be read; after that, to the persona with what is not stated."""

    def to_persona(state: TraitState) -> list[Send] | str:
        readings = state["readings"]
        unread = [n for n, r in readings.items() if r["judge_missing"] in UNREADABLE and r["attempts"] < tries]
        if unread:
            return [Send("read_story", TraitTask(trait=name, reading=readings[name])) for name in unread]
        unstated = [name for name, reading in readings.items() if reading["label"] is None]
        return [Send("ask_persona", TraitTask(trait=name, reading=readings[name])) for name in unstated] or END

    return to_persona


def read_story(traits: Mapping[str, Attribute], ordinal: Collection[str]) -> Callable[..., Any]:
    """A node: what a judge says the story states of one trait."""

    async def read_story(state: TraitTask, runtime: Runtime[Context]) -> Update:
        context, trait = runtime.context, traits[state["trait"]]
        persona, model = context.seats[RESPONDENT], _judge(context)
        attempt = state["reading"]["attempts"] if state["reading"] else 0
        question = stated_question(trait, context.prompts, trait.name in ordinal)
        options = present(question, context.names(persona.id, trait.name, "trait stated"))
        story = told_story(persona, context.prompts)
        text = render_statement(story, question, options, context.prompts, again=attempt > 0)
        labels = [option.code for option in options if not option.missing]
        request = Request(
            prompt=Prompt((Message("user", text),)),
            sampling=JUDGED,
            seed=derive_seed(*context.names(persona.id, trait.name, "trait stated"), attempt),
            replicate=context.replicate + attempt,
            context={"step": "trait_stated", "trait": trait.name, "labels": labels, "story": persona.story},
            schema=statement_schema(len(options)) if model.capabilities.schema else "",
        )
        reading = read_statement(await _said(model, request), options, story)
        judged = judge_row(reading, model.name, request.prompt.hash, attempt + 1)
        settled = {trait.name: stated_row(judged, trait.values)} if reading.label is not None else {}
        return {"readings": {trait.name: judged}, "traits": settled}

    return read_story


def ask_persona(traits: Mapping[str, Attribute], ordinal: Collection[str], asking: Asking) -> Callable[..., Any]:
    """A node: what the persona says of itself."""

    async def ask_persona(state: TraitTask, runtime: Runtime[Context]) -> Update:
        context, trait, judged = runtime.context, traits[state["trait"]], state["reading"]
        assert judged is not None
        persona = context.seats[RESPONDENT]
        preamble = condition(persona, "backstory", (), context.prompts)
        posed = pose(
            trait_question(trait, context.prompts, trait.name in ordinal),
            before=(Message("system", preamble),),
            names=context.names(persona.id, trait.name, "trait"),
            prompts=context.prompts,
            asking=asking,
            context=persona_context(persona, "backstory") | {"step": "trait"},
            replicate=context.replicate,
        )
        answer = await ask(context.model_of(RESPONDENT), posed)
        drawn = read_draws(answer, trait.values, asking.method, asking.draws)
        return {"traits": {trait.name: drawn_row(judged, drawn, answer, asking.method)}}

    return ask_persona


def _judge(context: Context) -> LanguageModel:
    return context.models[JUDGE] if JUDGE in context.models else context.model_of(RESPONDENT)


async def _said(model: LanguageModel, request: Request) -> str | Missing:
    try:
        return read_text(await model.generate(request))
    except ModelError as error:
        return as_missing(error)
