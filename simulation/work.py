"""Runs one unit through its graph and turns what it leaves into rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..graphs.consensus import build_consensus
from ..graphs.context import Context
from ..graphs.generative_agent import build_generative_agent
from ..graphs.mediators import MediatorError
from ..graphs.state import Agenda
from ..graphs.steps import StepError
from ..graphs.survey import build_survey
from ..models.protocol import LanguageModel, Sampling
from ..personas.answers import Answer, Missing
from ..personas.asking import Asking
from ..personas.networks import NetworkError
from ..personas.questions import AGREEMENT
from .errors import InputError
from .humans.playing import Table, play
from .mechanisms import mediator_of
from .plan import Plan, Unit
from .protocols.graph import protocol_graph
from .protocols.work import own_columns, rows_of, seated, transcript
from .sections import AskingConfig
from .speakers import role_key, speakers
from .study import ConditionConfig

Speakers = Mapping[str, LanguageModel]

# What a study brings to light only as it runs: a user's own mediator fails, or a step finds nothing where it looks.
OF_THE_STUDY = (MediatorError, StepError, NetworkError)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one unit leaves: rows for the tables, and a line for the transcripts."""

    records: list[dict[str, Any]] = field(default_factory=list)
    utterances: list[dict[str, Any]] = field(default_factory=list)
    transcript: dict[str, Any] = field(default_factory=dict)


def make_work(
    plan: Plan, models: Mapping[str, LanguageModel], table: Table | None = None
) -> Callable[[Unit], Awaitable[Outcome]]:
    """The function that runs a unit.

    Args:
        plan: What is run.
        models: By `role_key`.
        table: Where the people who hold seats are asked; without it their personas speak for them.
    """
    cast = {c.name: _cast(plan, c, models) for c in plan.study.conditions}
    if plan.study.survey:
        return _survey_work(plan, cast)
    return _consensus_work(plan, cast, table) if plan.study.consensus else _protocol_work(plan, cast, table)


def _cast(plan: Plan, condition: ConditionConfig, models: Mapping[str, LanguageModel]) -> Speakers:
    """The models of a condition: by role, and by name those that personas and roles refer to."""
    return {who: models[role_key(m)] for who, m in speakers(plan.study, condition, plan.population).items()}


def _context(plan: Plan, unit: Unit, cast: Mapping[str, Speakers], table: Table | None = None) -> Context:
    study = plan.study
    return Context(
        seats=unit.seats,
        models=cast[unit.condition.name],
        study=study.study,
        seed=study.seed,
        unit=unit.group,
        style=unit.condition.style,
        attributes=plan.population.attributes,
        asking=_asking(study.asking),
        sampling=Sampling(study.sampling.temperature, study.sampling.top_p, study.sampling.max_tokens),
        prompts=plan.prompts,
        replicate=unit.replicate,
        humans=table.people if table else {},
    )


def _asking(config: AskingConfig) -> Asking:
    return Asking(config.method, config.draws, config.reorder_options, config.average_orders)


def _survey_work(plan: Plan, cast: Mapping[str, Speakers]) -> Callable[[Unit], Awaitable[Outcome]]:
    assert plan.instrument is not None
    graphs = {thinks: _survey_graph(plan, thinks) for thinks in {_thinks(c) for c in plan.study.conditions}}
    codes = [q.code for q in plan.instrument.questions]

    async def work(unit: Unit) -> Outcome:
        persona = unit.seats["respondent"]
        if unit.condition.backstories and not persona.story:
            state = {"answers": {code: Answer(code, Missing("no_story")).as_row() for code in codes}}
        else:
            state = await graphs[_thinks(unit.condition)].ainvoke({}, context=_context(plan, unit, cast))
        own = {"persona": persona.id, "replicate": unit.replicate, "condition": unit.condition.name}
        return Outcome(
            records=[{**state["answers"][code], **own} for code in codes],
            utterances=[{**row, **own} for row in state.get("utterances", {}).values()],
            transcript={**own, "answers": {code: row["answer"] for code, row in state["answers"].items()}},
        )

    return work


def _thinks(condition: ConditionConfig) -> bool:
    return condition.style == "generative_agent"


def _survey_graph(plan: Plan, thinks: bool) -> Any:
    survey = plan.study.survey
    assert survey is not None
    assert plan.instrument is not None
    if thinks:
        return build_generative_agent(plan.instrument, shuffle_items=survey.shuffle_items).compile()
    return build_survey(plan.instrument, survey.presentation, survey.shuffle_items).compile()


def _consensus_work(
    plan: Plan, cast: Mapping[str, Speakers], table: Table | None
) -> Callable[[Unit], Awaitable[Outcome]]:
    config = plan.study.consensus
    assert config is not None
    graph = build_consensus(tuple(config.labels or AGREEMENT), plan.instrument).compile()
    return _group_work(plan, cast, table, lambda condition: graph, _consensus_transcript)


def _protocol_work(
    plan: Plan, cast: Mapping[str, Speakers], table: Table | None
) -> Callable[[Unit], Awaitable[Outcome]]:
    graphs = {c.name: protocol_graph(plan, c).compile() for c in plan.study.conditions}
    return _group_work(plan, cast, table, graphs.__getitem__, transcript)


def _group_work(
    plan: Plan,
    cast: Mapping[str, Speakers],
    table: Table | None,
    graph_of: Callable[[str], Any],
    told: Callable[[Mapping[str, Any], Unit, str], dict[str, Any]],
) -> Callable[[Unit], Awaitable[Outcome]]:
    config = plan.study.deliberation
    assert config is not None
    mediators = {c.name: mediator_of(c.mechanism) if c.mechanism else None for c in plan.study.conditions}

    async def work(unit: Unit) -> Outcome:
        asked = config.questions[unit.question]
        start: Agenda = {"question": asked.question}
        if asked.proposition:
            start["proposition"] = asked.proposition
        context = replace(_context(plan, unit, cast, table), mediator=mediators[unit.condition.name])
        try:
            state = await play(graph_of(unit.condition.name), start, context, table)
        except OF_THE_STUDY as error:
            raise InputError(f"{unit.condition.name}, {unit.episode}: {error}") from error
        records, utterances = rows_of(state, unit, asked.question)
        return Outcome(records=records, utterances=utterances, transcript=told(state, unit, asked.question))

    return work


def _consensus_transcript(state: Mapping[str, Any], unit: Unit, question: str) -> dict[str, Any]:
    kept = ("question", "proposition", "proposition_source", "positions", "opinions", "draft", "critiques", "revised")
    texts = {key: state.get(key) for key in (*kept, "endorsements", "closing", "mediations")}
    return {**own_columns(unit), "group": unit.group, "seats": seated(unit), **texts}
