"""Payoffs against what held-out people said: a trained model, a language model asked on a scale, and rates of other people."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ....evaluators.calibration import log_odds, recalibrating_line
from ....evaluators.rates import Rates
from ....evaluators.ratings import evaluate_ratings
from ....evaluators.votes import evaluate_votes
from ....personas.representatives.episodes import EpisodeSet
from ....personas.representatives.payoffs.cases import (
    VOTES,
    PayoffCase,
    PayoffError,
    PayoffSet,
    Scale,
    rating_cases,
    vote_cases,
)
from ....personas.representatives.payoffs.seen import SETTINGS, Seen, Setting
from ....personas.representatives.prompting import question_key
from ....personas.representatives.splits import SplitError
from ....personas.representatives.vote_splits import split_voters
from ....personas.representatives.votes import VoteSet
from ...errors import InputError

Floats = NDArray[np.float64]
_FEWEST_GROUPS = 5
# On new statements nobody's votes are known: a rate of the statement is the overall rate.
_KNOWN_STATEMENTS = ("statement", "group_statement")


class Source(Protocol):
    """What says how far people agree: a trained model, or one that is asked."""

    scale: Scale

    async def payoffs(self, cases: Sequence[PayoffCase]) -> list[float]:
        """One for each case, on the scale; NaN is missing."""
        ...


@dataclass(frozen=True)
class HeldOut:
    """Outcomes of people who were trained on, and of others.

    Args:
        known: What rates rest on: people and statements that were trained on.
        held: What is measured on: other people.
        seen: Tells how new a held-out case is.
    """

    known: PayoffSet
    held: PayoffSet
    seen: Seen


def hold_out(cases: PayoffSet, seen: Seen) -> HeldOut:
    """Parts cases by what a model has seen; its people's outcomes on statements it was not shown are in neither.

    Raises:
        InputError: Nobody is held out, or nobody was seen.
    """
    flags = [seen.knows(case) for case in cases.cases]
    known = [k for k, flag in enumerate(flags) if flag and seen.setting(cases.cases[k]) == "same statements"]
    held = [k for k, flag in enumerate(flags) if not flag]
    if not known or not held:
        what = "all of these people were trained on" if not held else "none of these people were trained on"
        raise InputError(
            f"{what}, so that nothing can be measured beside others' rates; give the data it was trained on"
        )
    return HeldOut(some(cases, known), some(cases, held), seen)


def hold_out_voters(votes: VoteSet, people: float, seed: int, group: str) -> HeldOut:
    """Holds voters out at random, stratified by their group, and what they wrote with them, where authors are on record.

    Raises:
        InputError: A side would be empty.
    """
    by = group if any(group in p.attributes for p in votes.population) else None
    authors = any(vote.author for vote in votes.votes)
    try:
        split = split_voters(votes, people=people, seed=seed, by=by, authors=authors)
    except SplitError as error:
        raise InputError(f"--hold-out {people}: {error}") from error
    return hold_out(vote_cases(votes, group), Seen.of(vote_cases(split.train, group)))


def part_cases(cases: PayoffSet, share: float, seed: int) -> tuple[PayoffSet, PayoffSet]:
    """Parts cases by whole groups, by people where there are few groups; nobody is on both sides.

    Args:
        cases: The cases; a group is a session.
        share: Of the groups (or people) set apart, in (0, 1).
        seed: The same seed parts in the same way.

    Raises:
        PayoffError: One side would be empty.
    """
    groups = cases.groups if len(set(cases.groups)) >= _FEWEST_GROUPS else cases.people
    names = sorted(set(groups))
    apart = set(random.Random(seed).sample(names, min(len(names), max(1, round(share * len(names))))))
    second = [k for k, group in enumerate(groups) if group in apart]
    people = {cases.people[k] for k in second}
    first = [k for k, person in enumerate(cases.people) if person not in people]
    if not first or not second:
        raise PayoffError(
            f"{len(set(cases.people))} people cannot be parted into some to train on and some to validate on"
        )
    return some(cases, first), some(cases, second)


def hold_out_ratings(episodes: EpisodeSet, share: float, seed: int, group: str) -> HeldOut:
    """Holds whole sessions out at random (people, where there are few sessions).

    Raises:
        InputError: A side would be empty, or a rating lies outside of 1 to 7.
    """
    try:
        known, _ = part_cases(rating_cases(episodes), share, seed)
        return hold_out(rating_cases(episodes, group=group), Seen.of(known))
    except PayoffError as error:
        raise InputError(f"--hold-out {share}: {error}") from error


def some(cases: PayoffSet, chosen: Sequence[int]) -> PayoffSet:
    """Some of the cases, by their places."""
    return replace(
        cases,
        cases=tuple(cases.cases[k] for k in chosen),
        outcomes=tuple(cases.outcomes[k] for k in chosen),
        statements=tuple(cases.statements[k] for k in chosen),
    )


def some_people(cases: PayoffSet, n: int, seed: int) -> PayoffSet:
    """The cases of n people drawn by seed, all where there are no more."""
    people = sorted(set(cases.people))
    drawn = set(random.Random(seed).sample(people, min(n, len(people))))
    return some(cases, [k for k, person in enumerate(cases.people) if person in drawn])


async def foretell(source: Source, cases: PayoffSet) -> Floats:
    """What a source says of every case, on the scale of the outcomes (a share of its own scale). Shape (n,)."""
    said = np.asarray(await source.payoffs(cases.cases), dtype=float)
    share = (said - source.scale.lowest) / (source.scale.highest - source.scale.lowest)
    return np.asarray(cases.scale.lowest + share * (cases.scale.highest - cases.scale.lowest))


def recalibrated(told: Floats, known: Floats, votes: Sequence[float]) -> Floats:
    """Chances put on the line that fits known people's votes best; as they were where no line fits.

    Args:
        told: Shape (n,), chances of held-out cases.
        known: Shape (m,), of known people's cases.
        votes: Their votes, 0 or 1.
    """
    there = np.isfinite(known)
    lines = recalibrating_line(known[there], np.asarray(votes)[there], np.ones((1, int(there.sum()))))
    intercept, slope = (float(line[0]) for line in lines)
    if not np.isfinite(slope):
        return told
    return np.asarray(1 / (1 + np.exp(-(intercept + slope * log_odds(told)))))


def measure_payoffs(
    data: HeldOut, told: Mapping[str, Floats], *, group: str = "party", bootstrap: int = 1000, seed: int = 0
) -> dict[str, Any]:
    """Measures payoffs, and rates of other people, on held-out people's votes or ratings.

    Args:
        data: What is known and what is held out.
        told: By name, what a source says of the held-out cases, on the outcomes' scale, shape (n,); the first is compared
            with all others.
        group: What the cases' group is, for names.
        bootstrap: Resamples for intervals, clustered by person; on new statements crossed with statements.
        seed: Of the resamples.

    Returns:
        Plain data: `settings`, by setting what `evaluate_votes` (or `evaluate_ratings`) returns; `rates`; `outcome`.
    """
    rates = Rates.fit(data.known.outcomes, data.known.people, _keys(data.known), data.known.groups)
    names = rate_names(group)
    base = rates.predict(data.held.people, _keys(data.held), data.held.groups)
    settings = np.array([data.seen.setting(case) for case in data.held.cases])
    found = {}
    for setting, what in SETTINGS.items():
        rows = settings == setting
        if rows.any():
            known = {names[k]: v for k, v in base.items() if setting == "same statements" or k not in _KNOWN_STATEMENTS}
            predictions = {name: values[rows] for name, values in {**told, **known}.items()}
            held = some(data.held, np.flatnonzero(rows).tolist())
            found[setting] = {"what": what} | _evaluate(held, predictions, setting, bootstrap, seed)
    return {
        "outcome": data.held.scale.unit,
        "settings": found,
        "rates": {
            "overall": rates.overall,
            "priors": {names[k]: v for k, v in rates.priors.items()},
            "people": len(rates.people),
            "outcomes": len(data.known),
            "reason": "rates are what predictions are compared with; their own intervals are in the measures",
        },
        "left_out": dict(data.held.left_out),
    }


def rate_names(group: str) -> dict[str, str]:
    """How the rates are called in tables."""
    return {
        "group_statement": f"{group} × statement rate",
        "statement": "statement rate",
        "group": f"{group} rate",
        "overall": "overall rate",
    }


def _evaluate(
    held: PayoffSet, predictions: Mapping[str, Floats], setting: Setting, bootstrap: int, seed: int
) -> dict[str, Any]:
    evaluate = evaluate_votes if held.scale == VOTES else evaluate_ratings
    return evaluate(
        predictions,
        held.outcomes,
        held.people,
        statements=_keys(held),
        groups=held.groups,
        crossed=setting != "same statements",
        bootstrap=bootstrap,
        seed=seed,
    )


def _keys(cases: PayoffSet) -> list[str]:
    """Statements by their texts: one text is one statement, under whatever ids."""
    return [question_key(case.statement) for case in cases.cases]


def readable_folder(folder: Path) -> Path:
    """The folder of the payoff model: the one given, or `payoff` in a run's.

    Raises:
        InputError: Neither holds one.
    """
    for place in (folder, folder / "payoff"):
        if (place / "payoff.json").is_file():
            return place
    raise InputError(f"{folder}: there is no payoff.json in it nor in {folder / 'payoff'}; train a payoff model first")
