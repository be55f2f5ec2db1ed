"""The measures of a survey's run: every condition against the humans, and against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any, Literal, get_args

from ..evaluators.comparison import compare_conditions
from ..evaluators.differences import Contrast
from ..evaluators.effects import compare_effects
from ..evaluators.responses import Responses
from ..evaluators.retest import retest
from ..evaluators.shares import answer_shares
from ..evaluators.survey import evaluate_conditions
from ..personas.perspectives import wording_of_both
from .codebook import Codebook
from .errors import InputError
from .export import wide_table
from .folder import RunFolder
from .partisan.measuring import measure_partisan
from .plan import Plan
from .speakers import role_key
from .study import ConditionConfig, Study
from .tables import simulated_responses

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

# With more conditions than these, each is compared with the closest ones only: pairs grow with the square.
COMPARED_IN_PAIRS = 6
Metric = Literal["wasserstein", "frobenius"]
METRICS: tuple[Metric, ...] = get_args(Metric)


def measure_survey(folder: RunFolder, plan: Plan) -> dict[str, Any]:
    """What `metrics.json` says of a survey; see docs/metrics.md."""
    assert plan.codebook is not None
    settings = plan.study.evaluation
    parties = plan.codebook.parties
    wanted = dict.fromkeys((*settings.by, *settings.contrasts, *((parties.attribute,) if parties else ())))
    known = [a for a in wanted if a in plan.codebook.attributes]
    by = [a for a in settings.by if a in known]
    answers = {c.name: _answers(folder, plan, c.name, known) for c in plan.study.conditions}
    shown = {**({"human": plan.humans} if plan.humans else {}), **answers}
    measured: dict[str, Any] = {
        "kind": "survey",
        "rows": [_row(plan.study, c) for c in plan.study.conditions],
        "distributions": _distributions(plan, shown, by),
    }
    measured |= _partisan(plan, plan.codebook, answers)
    if plan.humans is None:
        return measured | {"conditions": {}, "reason": "the study names no humans to compare with"}
    human = plan.humans.select([item.code for item in next(iter(answers.values())).items])
    conditions = _evaluated(
        human, answers, scale=settings.scale, by=tuple(by), splits=settings.splits, **_resamples(plan)
    )
    return measured | {
        "conditions": conditions,
        "comparisons": _comparisons(plan, human, answers, conditions),
        **_effects(plan, human, answers),
        **_retests(plan, human, answers),
    }


def evaluate(human: Responses, simulated: Responses, **settings: Any) -> dict[str, Any]:
    """As `evaluate_survey`.

    Raises:
        InputError: The two sides do not fit together.
    """
    return _evaluated(human, {"": simulated}, **settings)[""]


def _evaluated(human: Responses, answers: Mapping[str, Responses], **settings: Any) -> dict[str, dict[str, Any]]:
    try:
        return evaluate_conditions(human, answers, **settings)
    except ValueError as error:
        raise InputError(str(error)) from error


def run_table(run: Path, book: Codebook, condition: str | None) -> pd.DataFrame:
    """The answers of one condition of a run as a table of codes, as `simulated_responses` reads it."""
    table = wide_table(run, condition)
    known = [item for item in book.items if item in table.columns]
    keep = ["persona", "weight", *(a for a in book.attributes if a in table.columns), *known]
    return table[keep].rename(columns={"persona": book.respondent or "persona"}).astype("string").fillna("")


def _answers(folder: RunFolder, plan: Plan, condition: str, by: Sequence[str]) -> Responses:
    assert plan.codebook is not None
    return simulated_responses(run_table(folder.path, plan.codebook, condition), plan.codebook, by=by).responses


def _resamples(plan: Plan) -> dict[str, Any]:
    return {"bootstrap": plan.study.evaluation.bootstrap, "seed": plan.study.seed}


def _row(study: Study, condition: ConditionConfig) -> dict[str, str]:
    """What a condition is, for tables: which model, what it is told of a person, and who is given which story."""
    return {
        "condition": condition.name,
        "model": model_name(study, condition),
        "conditioning": condition.conditioning,
        "matching": condition.matching or "n/a",
        "backstories": condition.backstories,
    }


def _effects(plan: Plan, human: Responses, answers: Mapping[str, Responses]) -> dict[str, Any]:
    """The effects of the declared contrasts, where there are any."""
    declared = plan.study.evaluation.contrasts
    contrasts = [Contrast(attribute, a, b) for attribute, pairs in declared.items() for a, b in pairs]
    if not contrasts:
        return {}
    try:
        return {"effects": {n: compare_effects(human, a, contrasts, **_resamples(plan)) for n, a in answers.items()}}
    except ValueError as error:
        raise InputError(f"evaluation.contrasts: {error}") from error


def _retests(plan: Plan, human: Responses, answers: Mapping[str, Responses]) -> dict[str, Any]:
    """How consistently personas answered, where they were asked twice or people were."""
    survey, second = plan.study.survey, plan.second_wave
    if survey is None or (survey.replicates < 2 and second is None):
        return {}
    wave = second and second.select([item.code for item in human.items])
    return {"retest": {n: retest(a, human, human_retest=wave, **_resamples(plan)) for n, a in answers.items()}}


def _partisan(plan: Plan, book: Codebook, answers: Mapping[str, Responses]) -> dict[str, Any]:
    """The gap between the two parties, where the items measure one."""
    if book.gap is None or book.parties is None:
        return {}
    people = plan.humans if plan.humans and book.parties.attribute in plan.humans.attributes else None
    found: dict[str, Any] = {}
    for name, given in answers.items():
        try:
            found[name] = measure_partisan(given, book, people, **_resamples(plan))
        except InputError as error:  # an item was left out, or a party has no member here: the rest is measured
            found[name] = {"reason": str(error)}
    return {"partisan": found}


def model_name(study: Study, condition: ConditionConfig) -> str:
    """What the study calls the model that answers in a condition."""
    model = condition.model or study.model
    named = [name for name, known in study.models.items() if known == model]
    return named[0] if named else role_key(model)


def _comparisons(
    plan: Plan, human: Responses, answers: Mapping[str, Responses], conditions: Mapping[str, Any]
) -> list[dict[str, Any]]:
    return [
        {"metric": metric, "a": a, "b": b}
        | compare_conditions(
            human,
            answers[a],
            answers[b],
            metric_name=metric,
            scale=plan.study.evaluation.scale,
            **_resamples(plan),
        )
        for metric in METRICS
        for a, b in compared_pairs(plan.study, conditions, metric)
    ]


def compared_pairs(study: Study, conditions: Mapping[str, Any], metric: Metric) -> list[tuple[str, str]]:
    """All pairs; of many conditions each with the closest of its model, those with the closest of all, and ablations' steps."""
    names = list(conditions)
    if len(names) <= COMPARED_IN_PAIRS:
        return list(combinations(names, 2))
    found = {name: c[metric]["value"] for name, c in conditions.items() if metric in c}
    known = {name: value for name, value in found.items() if value is not None}
    models = {c.name: model_name(study, c) for c in study.conditions}
    leaders: dict[str, str] = {}
    for name in sorted(known, key=known.__getitem__):
        leaders.setdefault(models[name], name)
    pairs = [(name, leaders[models[name]]) for name in names if models[name] in leaders]
    pairs += [(leader, next(iter(leaders.values()))) for leader in leaders.values()]
    pairs += _steps(study)
    return [(a, b) for a, b in dict.fromkeys(pairs) if a != b]


def _steps(study: Study) -> list[tuple[str, str]]:
    """From each pool of an ablation to the one before it, where the conditions are alike but for the stories."""
    told = [(c.name, c.backstories, (c.style, c.matching, model_name(study, c))) for c in study.conditions]
    return [
        (later, earlier)
        for pools in study.evaluation.ablations.values()
        for before, after in pairwise(pools)
        for earlier, pool, series in told
        for later, other_pool, other in told
        if (pool, other_pool) == (before, after) and series == other
    ]


def _distributions(plan: Plan, series: dict[str, Responses], by: Sequence[str]) -> dict[str, Any]:
    """How often each answer was given: overall and by group, for humans and every condition."""
    assert plan.instrument is not None
    groups: dict[str, dict[str, Responses]] = {"all": series}
    for attribute in by:
        first = next(iter(series.values())).attributes[attribute]
        for label in [x for x in dict.fromkeys(first.tolist()) if x]:
            groups[label] = {name: r.rows(r.attributes[attribute] == label) for name, r in series.items()}
    texts = {q.code: wording_of_both(q, plan.instrument.parties) for q in plan.instrument.questions}
    known = {item.code: item for item in next(reversed(series.values())).items}
    return {
        code: {
            "text": texts[code],
            "labels": list(item.labels),
            "panels": {label: {name: _shares(r, code) for name, r in part.items()} for label, part in groups.items()},
        }
        for code, item in known.items()
    }


def _shares(responses: Responses, code: str) -> dict[str, Any]:
    found = answer_shares(responses, code)
    if not found.n:
        return {"n": 0, "shares": [], "low": [], "high": []}
    return {
        "n": found.n,
        "effective_n": found.effective_n,
        "shares": found.shares.tolist(),
        "low": found.low.tolist(),
        "high": found.high.tolist(),
    }
