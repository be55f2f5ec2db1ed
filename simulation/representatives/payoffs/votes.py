"""What payoff models say of held-out people's votes and ratings: opens and asks them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ....models.journal import Journal
from ....models.journaled import JournaledModel
from ....models.registry import load_model
from ....personas.representatives.episodes import EpisodeSet
from ....personas.representatives.payoffs.cases import VOTES, PayoffSet, Scale, rating_cases, vote_cases
from ....personas.representatives.payoffs.likert import LikertPayoffs
from ....personas.representatives.variant import Variant, VariantError
from ....personas.representatives.votes import VoteSet
from ...errors import InputError
from .measuring import (
    HeldOut,
    foretell,
    hold_out,
    hold_out_ratings,
    hold_out_voters,
    readable_folder,
    recalibrated,
    some,
    some_people,
)

if TYPE_CHECKING:
    from ....personas.representatives.payoffs.model import PayoffModel

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PayoffEvaluation:
    """What is compared with votes or ratings.

    Args:
        trained: A run folder or a payoff model's; who was trained on is not measured on.
        model: The spec of a model that is asked for its agreement on a scale.
        told: What it is told of a person, as a variant.
        people: At most so many held-out people.
        calibrate: On how many votes of known people the asked model is recalibrated; 0 for not at all.
        hold_out: The share of people held out where nothing was trained.
        group: The attribute that groups voters.
        seed: Of the split and draws.
        journal: Where the asked model's calls are kept.
    """

    trained: Path | None
    model: str | None
    told: str
    people: int | None
    calibrate: int
    hold_out: float
    group: str
    seed: int
    journal: Path

    def record(self) -> dict[str, Any]:
        """What was asked for, as plain data."""
        names = ("model", "told", "people", "calibrate", "hold_out", "group", "seed")
        return {"trained": str(self.trained) if self.trained else None, **{n: getattr(self, n) for n in names}}


async def foretell_held_out(record: VoteSet | EpisodeSet, plan: PayoffEvaluation) -> tuple[HeldOut, dict[str, Floats]]:
    """The held-out votes or ratings, and by name what each model says of them.

    Args:
        record: Votes, or episodes whose statements were rated.
        plan: What is compared with them.

    Raises:
        InputError: There is no such model, or nobody is held out.
        PayoffError: The trained model does not open, or a rating is not on its scale.
    """
    told: dict[str, Floats] = {}
    if plan.trained:
        trained = open_trained(plan.trained)
        data = _limited(hold_out(_cases(record, plan, trained.scale), trained.seen), plan)
        told["payoff model"] = await foretell(trained, data.held)
    else:
        data = _limited(_held_out(record, plan), plan)
    if plan.model:
        told |= await _asked(plan, data)
    return data, told


def _held_out(record: VoteSet | EpisodeSet, plan: PayoffEvaluation) -> HeldOut:
    if isinstance(record, VoteSet):
        return hold_out_voters(record, plan.hold_out, plan.seed, plan.group)
    return hold_out_ratings(record, plan.hold_out, plan.seed, plan.group)


def _cases(record: VoteSet | EpisodeSet, plan: PayoffEvaluation, scale: Scale) -> PayoffSet:
    if isinstance(record, VoteSet):
        return vote_cases(record, plan.group)
    return rating_cases(record, scale if scale != VOTES else None, group=plan.group)


def open_trained(folder: Path) -> PayoffModel:
    """The payoff model in a folder, or in `payoff` of a run's.

    Raises:
        InputError: There is none, or what it runs on is not installed.
        PayoffError: It does not open.
    """
    place = readable_folder(folder)
    missing = [name for name in ("torch", "transformers") if find_spec(name) is None]
    if missing:
        raise InputError(f"{place}: a payoff model needs {' and '.join(missing)}: pip install 'minipublic[local]'")
    from ....personas.representatives.payoffs.model import PayoffModel

    return PayoffModel.load(place)


def _limited(data: HeldOut, plan: PayoffEvaluation) -> HeldOut:
    held = some_people(data.held, plan.people, plan.seed) if plan.people else data.held
    return HeldOut(data.known, held, data.seen)


async def _asked(plan: PayoffEvaluation, data: HeldOut) -> dict[str, Floats]:
    async with likert_source(plan.model or "", plan.told, plan.journal, data.held, plan.seed) as source:
        name = f"scale, {source.name}"
        found = {name: await foretell(source, data.held)}
        if plan.calibrate and data.held.scale == VOTES:
            rng = np.random.default_rng([plan.seed, 8])
            n = min(plan.calibrate, len(data.known))
            known = some(data.known, sorted(rng.choice(len(data.known), n, replace=False).tolist()))
            found[f"{name}, recalibrated"] = recalibrated(found[name], await foretell(source, known), known.outcomes)
        return found


@asynccontextmanager
async def likert_source(
    spec: str, told: str, journal: Path, cases: PayoffSet, seed: int
) -> AsyncIterator[LikertPayoffs]:
    """A model that is asked on a scale, each call kept in a journal.

    Raises:
        InputError: `told` is no variant.
    """
    try:
        variant = Variant.parse(told)
    except VariantError as error:
        raise InputError(f"--told: {error}") from error
    journal.parent.mkdir(parents=True, exist_ok=True)
    kept = Journal(journal)
    model = JournaledModel(load_model(spec), kept)
    try:
        yield LikertPayoffs(model, variant=variant, attributes=cases.attributes, names=("payoffs", seed))
    finally:
        await model.aclose()
        kept.close()


async def foretell_ratings(
    cases: PayoffSet, trained: Path | None, model: str | None, told: str, journal: Path, seed: int
) -> dict[str, Floats]:
    """By name what models say of the cases, on the ratings' scale; a chance of agreement is put on it in proportion.

    Raises:
        InputError: There is no such model.
        PayoffError: The trained model does not open.
    """
    found: dict[str, Floats] = {}
    if trained:
        source = open_trained(trained)
        scaled = "" if source.scale == cases.scale else ", its chances put on the scale in proportion"
        found[f"payoff model{scaled}"] = await foretell(source, cases)
    if model:
        async with likert_source(model, told, journal, cases, seed) as asked:
            found[f"scale, {asked.name}"] = await foretell(asked, cases)
    return found
