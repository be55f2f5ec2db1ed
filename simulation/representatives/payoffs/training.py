"""Trains the payoff model of a study of representatives, on ratings in its episodes or on votes.

Only people of the training side are learned from. Some of them are set apart to tell when to stop, so that the study's
held-out side stays unseen: what is measured there, by `minipublic evaluate`, is of people the payoff model never met.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....models.registry import ModelSpec
from ....models.seeds import derive_seed
from ....personas.representatives.payoffs.cases import PayoffError, PayoffSet, rating_cases, rating_scale, vote_cases
from ....personas.representatives.splits import SplitError
from ....personas.representatives.training.settings import TrainingError
from ....personas.representatives.variant import Variant
from ....personas.representatives.vote_splits import split_voters
from ....personas.representatives.votes import VoteSet
from ...errors import InputError
from .measuring import part_cases

if TYPE_CHECKING:
    from ....personas.representatives.payoffs.history import PayoffPoint
    from ..training.plan import TrainingPlan
    from .config import PayoffConfig

PayoffProgress = Callable[["PayoffPoint", int], None]  # the step just done, and the most there may be
FOLDER = "payoff"
_SEEDS = 2**31


def train_payoff(run_folder: Path, plan: TrainingPlan, progress: PayoffProgress | None = None) -> dict[str, Any]:
    """Trains the model of the section `payoff` into RUN/payoff, or goes on with it; what is trained is kept.

    Args:
        run_folder: The study's.
        plan: The study, with a section `payoff`.
        progress: Told after every step.

    Returns:
        What is to be told: the targets, the folder, the losses, and how many cases and people there were.

    Raises:
        InputError: There is nothing to learn from, a case is too long, or the folder holds another model.
    """
    from ....personas.representatives.payoffs.training import train_payoff_model

    config = plan.study.payoff
    if config is None:
        raise InputError(f"{plan.study.study}: the study has no section `payoff`")
    seed = derive_seed(plan.study.study, plan.study.seed, FOLDER) % _SEEDS
    settings = plan.study.training.settings(config.training, seed)
    try:
        train, validation = payoff_sets(config, plan, seed)
        model = train_payoff_model(
            ModelSpec.parse(plan.study.bases[config.base].spec).name,
            train,
            validation,
            settings,
            run_folder / FOLDER,
            variant=Variant.parse(config.variant),
            prompts=plan.prompts,
            progress=(lambda point: progress(point, settings.max_steps)) if progress else None,
        )
    except (PayoffError, TrainingError, SplitError) as error:
        raise InputError(f"payoff: {error}") from error
    told = {name: model.record[name] for name in ("method", "variant", "scale", "loss", "n")}
    return {"targets": config.targets, "folder": FOLDER, "base": config.base, "name": model.name} | told


def check_payoff(plan: TrainingPlan) -> None:
    """Looks before anything is trained whether there will be cases for the payoff model, where the study has one.

    Raises:
        InputError: There will be none.
    """
    if plan.study.payoff is not None:
        try:
            payoff_sets(plan.study.payoff, plan, seed=0)
        except (PayoffError, SplitError) as error:
            raise InputError(f"payoff: {error}") from error


def payoff_sets(config: PayoffConfig, plan: TrainingPlan, seed: int) -> tuple[PayoffSet, PayoffSet]:
    """What the payoff model is trained on and what tells when to stop, other people's; both of the training side.

    Raises:
        PayoffError: A rating lies outside of the scale, or nothing is on record.
        SplitError: Too few people voted.
        InputError: The votes cannot be read.
    """
    if config.targets == "votes":
        held = {p.id for p in plan.split.validation.population}
        votes = _of_others(config.load_votes(), held)
        split = split_voters(votes, people=config.validation, seed=seed)
        return vote_cases(split.train), vote_cases(split.validation)
    cases = rating_cases(plan.split.train, rating_scale(*config.scale))
    if not len(cases):
        raise PayoffError("no rating is on record in the training episodes; give ratings, or votes (targets: votes)")
    return part_cases(cases, config.validation, seed)


def _of_others(votes: VoteSet, held: set[str]) -> VoteSet:
    """The votes of people who are not held out, on statements that are not by people held out."""
    kept = votes.of(v for v in votes.votes if v.persona not in held and v.author not in held)
    if not len(kept):
        raise InputError("payoff: votes: all voters are held out by the study's split; hold out fewer people")
    return kept
