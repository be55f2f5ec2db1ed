"""What is recorded of a persona's trait, and how it becomes part of the persona."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, TypedDict

from ..answers import Answer
from ..persona import Persona
from .drawing import Drawn
from .stating import Reading

Source = Literal["stated", "drawn", "uniform", "missing"]
SOURCES: tuple[Source, ...] = ("stated", "drawn", "uniform", "missing")


class JudgeRow(TypedDict):
    """Stage 1 as plain data.

    `label`, `evidence` and `quoted` are a `Reading`'s; `judge` and `judge_prompt_hash` name its model and prompt,
    `attempts` counts the calls, and `judge_missing` and `judge_raw` say why there is no reading and what was said instead.
    """

    label: str | None
    evidence: str
    quoted: bool | None
    judge: str
    judge_prompt_hash: str
    judge_missing: str | None
    judge_raw: str | None
    attempts: int


class TraitRow(JudgeRow):
    """One trait of one persona as plain data, both stages together.

    `source` says where `distribution` comes from: `stated` (the story says it, one-hot), `drawn` (the persona was asked),
    `uniform` (it was asked, and named no label) or `missing` (the call failed for the reason `missing`; there is no
    distribution). `model` and `prompt_hash` name who decided and by which prompt; `method` how the persona was asked.
    """

    source: Source
    distribution: dict[str, float]
    counts: dict[str, int]
    declined: int
    unparseable: int
    method: str | None
    model: str
    prompt_hash: str
    missing: str | None
    raw: str | None


def judge_row(reading: Reading, judge: str, prompt_hash: str, attempts: int) -> JudgeRow:
    """Stage 1 as plain data."""
    gone = reading.missing
    return {
        "label": reading.label,
        "evidence": reading.evidence,
        "quoted": reading.quoted,
        "judge": judge,
        "judge_prompt_hash": prompt_hash,
        "judge_missing": gone.reason if gone else None,
        "judge_raw": gone.raw if gone else None,
        "attempts": attempts,
    }


def stated_row(judged: JudgeRow, labels: Sequence[str]) -> TraitRow:
    """The row of a trait that the story states.

    Raises:
        ValueError: It states none of the labels.
    """
    return {
        **judged,
        "source": "stated",
        "distribution": one_hot(judged["label"], labels),
        "counts": {},
        "declined": 0,
        "unparseable": 0,
        "method": None,
        "model": judged["judge"],
        "prompt_hash": judged["judge_prompt_hash"],
        "missing": None,
        "raw": None,
    }


def drawn_row(judged: JudgeRow, drawn: Drawn, answer: Answer, method: str) -> TraitRow:
    """The row of a trait that the persona was asked about."""
    gone = drawn.missing
    return {
        **judged,
        "source": "missing" if gone else "uniform" if drawn.uniform else "drawn",
        "distribution": dict(drawn.distribution),
        "counts": dict(drawn.counts),
        "declined": drawn.declined,
        "unparseable": drawn.unparseable,
        "method": method,
        "model": answer.model,
        "prompt_hash": answer.prompt_hash,
        "missing": gone.reason if gone else None,
        "raw": gone.raw if gone else None,
    }


def one_hot(label: str | None, labels: Sequence[str]) -> dict[str, float]:
    """All probability on one label.

    Raises:
        ValueError: It is none of the labels.
    """
    if label not in labels:
        raise ValueError(f"{label!r} is none of the labels {list(labels)}")
    return {other: float(other == label) for other in labels}


def distributions(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """A persona's `traits`: trait to label to probability; a trait whose call failed is left out.

    Args:
        rows: By trait, as the graph's state holds them.
    """
    return {name: dict(row["distribution"]) for name, row in rows.items() if row["source"] != "missing"}


def with_traits(persona: Persona, rows: Mapping[str, Mapping[str, Any]]) -> Persona:
    """The persona with these distributions among its traits; others that it has stay."""
    return replace(persona, traits={**persona.traits, **distributions(rows)})
