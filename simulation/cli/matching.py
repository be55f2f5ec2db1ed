"""`minipublic personas match`: which persona stands for which human."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer


def match(
    personas: Annotated[Path, typer.Option("--personas", metavar="P", help="A population: .jsonl, .parquet or .csv.")],
    humans: Annotated[
        Path, typer.Option("--humans", metavar="H", help="A row per human: .csv, .tsv, .parquet, .jsonl.")
    ],
    traits: Annotated[str, typer.Option("--traits", metavar="A,B,C", help="What is compared, with commas between.")],
    out: Annotated[Path, typer.Option("--out", metavar="M", help="The pairs: .csv, .parquet or .json.")],
    method: Annotated[
        str, typer.Option("--method", help="greedy (humans may share a persona), max_weight (one-to-one) or random.")
    ] = "max_weight",
    codebook: Annotated[
        Path | None,
        typer.Option("--codebook", exists=True, dir_okay=False, metavar="C.yaml", help="What H's columns mean."),
    ] = None,
    respondent: Annotated[
        str | None, typer.Option("--respondent", metavar="COLUMN", help="H's column of ids, if not id, RespId or so.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of what is drawn: ties, and random pairs.")] = 0,
) -> None:
    """Find each human a persona with the same traits; see docs/matching.md."""
    from ..matching import MatchPlan, match_files

    names = tuple(name.strip() for name in traits.split(",") if name.strip())
    plan = MatchPlan(personas, humans, names, out, method, codebook, respondent, seed)
    for line in _lines(match_files(plan)):
        typer.echo(line)
    typer.echo(f"pairs: {out}; summary: {plan.summary}")


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"note: {note}" for note in told["notes"])
    yield f"{told['method']}: {told['humans']} humans, {told['personas']} personas"
    gap = max(told["weight_gap"] or 0.0, 1e-15 * told["weight_sum"])  # a gap of 0 is a gap of the rounding
    proof = "" if told["weight_bound"] is None else f"; proven to be the largest, within {gap:.0e}"
    yield f"sum of weights: {told['weight_sum']:.6g}, {told['weight_mean']:.4g} a human (higher is better){proof}"
    positive = told["humans"] - told["zeros"]
    yield f"sum of logs over the {positive} weights above 0: {told['log_sum']:.6g}; weights of 0: {told['zeros']}"
    yield f"distinct personas: {told['distinct_personas']}; most humans on one: {told['largest_reuse']}"
    yield f"humans of whom some trait is missing: {told['humans_missing_traits']}"
    yield "probability that the persona has the human's value (95 % interval; at random; humans with the value known):"
    yield from (f"  {name}: {_agreement(one)}" for name, one in told["agreement"].items())


def _agreement(one: Mapping[str, Any]) -> str:
    interval = "no interval, one persona for all" if one["ci"] is None else "[{:.3f}, {:.3f}]".format(*one["ci"])
    more = f"; missing of {one['missing']} humans" if one["missing"] else ""
    more += f"; {one['uninformed']} personas tell nothing of it" if one["uninformed"] else ""
    return f"{one['value']:.3f} ({interval}; {one['random']:.3f}; n = {one['n']}){more}"
