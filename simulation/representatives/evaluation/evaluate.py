"""Evaluates the representatives of a training run: what `minipublic evaluate representatives` does."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ....models.journal import Journal
from ....models.protocol import LanguageModel
from ....personas.asking import Asking
from ....personas.representatives.payoffs.cases import PayoffError
from ....personas.representatives.payoffs.likert import LikertPayoffs
from ....personas.representatives.variant import Variant
from ...engine import rare_collections
from ...errors import InputError
from ...folder import TrainingFolder, write_json
from ...named_models import ModelConfig
from ...opening import open_model
from .cast import Cast
from .contestants import TRUTH, line_up
from .measuring import Say, measure
from .payoff_sources import PayoffSource, TruePayoffs
from .plan import EvaluationPlan
from .results import summarize
from .tables import save_tables
from .trained_run import PAYOFF, TrainedRun, open_trained_run

RESULTS, PAGE = "representatives.json", "representatives.html"
Makers = dict[str, Callable[[], LanguageModel]]


def evaluate_representatives(
    folder: Path, *, overrides: Sequence[str] = (), out: Path | None = None, say: Say = lambda line: None
) -> dict[str, Any]:
    """Measures a run's representatives, and writes the results and a page; asks no call twice, however often it is run.

    Args:
        folder: The run folder.
        overrides: Of its study file, as `key=value` (`evaluation.limit=20`).
        out: Where the JSON goes; `representatives.json` in the folder by default.
        say: Told what comes next.

    Returns:
        What the JSON says.

    Raises:
        InputError: The folder, the study or a setting is wrong.
        SetupError: A model cannot be used at all.
    """
    from .page import write_page

    run = open_trained_run(folder, overrides)
    plan = plan_of(run)
    if not plan.keys:
        raise InputError(
            f"{folder}: no held-out {' or '.join(plan.steps)} is on record, so there is nothing to measure"
        )
    files = TrainingFolder(folder)
    with files.locked(), contextlib.closing(Journal(files.calls)) as journal:
        cast = Cast(makers_of(run, plan), journal)
        with rare_collections():
            found = asyncio.run(measure(plan, cast, payoffs_of(run, plan), say))
        results = summarize(plan, found, cast.names) | {
            "calls": journal.totals() | {"asked_now": cast.asked, "replayed_now": cast.replayed}
        }
    save_tables(plan, found, folder)
    write_json(out or folder / RESULTS, results)
    write_page(results, folder / PAGE)
    return results


def plan_of(run: TrainedRun) -> EvaluationPlan:
    """What of a run is measured.

    Raises:
        InputError: Two contestants would have one name.
    """
    try:
        contestants = line_up(run.representatives, run.evaluation.truth is not None)
    except ValueError as error:
        raise InputError(f"{run.folder}: representatives: {error}") from error
    return EvaluationPlan(
        run.study, run.seed, run.episodes, contestants, run.evaluation, run.steps, run.prompts, run.left_out
    )


def makers_of(run: TrainedRun, plan: EvaluationPlan) -> Makers:
    """What opens the models of an evaluation, by key."""
    settings = run.evaluation
    configs: dict[str, ModelConfig] = {}
    for name, base, _ in run.representatives:
        configs[f"base {base}"] = run.base(base)
        configs[f"representative {name}"] = run.representative(name, base)
    configs |= {f"mediator {name}": model for name, model in settings.mediators.items()}
    roles = {"judge": settings.judge, TRUTH: settings.truth, "payoff": _payoff_model(run)}
    configs |= {role: model for role, model in roles.items() if model}
    return {key: partial(open_model, config) for key, config in configs.items()}


def payoffs_of(run: TrainedRun, plan: EvaluationPlan) -> Callable[[LanguageModel | None], PayoffSource] | None:
    """What makes the source of payoffs; None where none is named.

    Raises:
        InputError: There is no trained payoff model.
    """
    settings, names = run.evaluation, (run.study, run.seed)

    def rated(model: LanguageModel | None) -> PayoffSource:
        assert model is not None
        if settings.payoff == "truth":
            return TruePayoffs(model, names, settings.calls_in_flight)
        return LikertPayoffs(
            model,
            variant=Variant(demographics=True),
            attributes=run.episodes.population.attributes,
            asking=Asking(settings.method, settings.draws),
            names=names,
            prompts=plan.prompts,
            at_once=settings.calls_in_flight,
        )

    def trained(model: LanguageModel | None) -> PayoffSource:
        from ....personas.representatives.payoffs.model import PayoffModel

        try:
            return PayoffModel.load(run.folder / PAYOFF)
        except PayoffError as error:
            raise InputError(f"evaluation.payoff: {error}") from error

    if settings.payoff is None:
        return None
    if settings.payoff == "trained" and not (run.folder / PAYOFF / "payoff.json").is_file():
        raise InputError(
            f"evaluation.payoff: {run.folder / PAYOFF} holds no trained payoff model; train one, or name a model"
        )
    return trained if settings.payoff == "trained" else rated


def _payoff_model(run: TrainedRun) -> ModelConfig | None:
    settings = run.evaluation
    if settings.payoff == "truth":
        return settings.truth
    return settings.payoff if isinstance(settings.payoff, ModelConfig) else None
