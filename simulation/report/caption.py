"""What stands beneath the tables in the published layout: how many, on which scale, and what the marks say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from .layout import METRICS, Layout

HEADS = {"wasserstein": "WD (↓)", "frobenius": "Fro. (↓)", "cronbach_alpha": "α (↑)"}
SCALES = {"codes": "codes, on the codes' own numbers", "unit": "unit, on positions divided by K − 1"}

ALPHA = (
    "For α, best is the highest, as published; that is questionable, since what should be near is the humans' α, and "
    "caricatures whose answers hang together too well have a higher one."
)


def settings(study: Path) -> dict[str, Any]:
    """How often was resampled and asked again, as the run's study file says; None where it does not."""
    content: Any = yaml.safe_load(study.read_text(encoding="utf-8")) if study.is_file() else None
    held: Mapping[str, Any] = content if isinstance(content, Mapping) else {}
    return {
        "bootstrap": (held.get("evaluation") or {}).get("bootstrap"),
        "replicates": (held.get("survey") or {}).get("replicates"),
    }


def caption(layout: Layout, how: Mapping[str, Any]) -> list[str]:
    """The sentences beneath a table.

    Args:
        layout: The table.
        how: As `settings` gives it.
    """
    facts = layout.facts
    if not facts:
        return reasons(layout)
    bootstrap, replicates = how.get("bootstrap"), how.get("replicates")
    asked = "" if replicates is None else f", {replicates:,} {'replicate' if replicates == 1 else 'replicates'}"
    drawn = "a bootstrap" if bootstrap is None else f"{bootstrap:,} bootstrap resamples"
    counts = (
        f"{facts['humans']:,} humans (effective n {facts['effective_n']:,.0f}), {facts['items']:,} items; "
        f"simulated respondents in a row: {_range([e.n for block in layout.blocks for e in block])}{asked}."
    )
    if layout.attribute:
        return [counts, _marks(layout), "All else is as in the table of all respondents.", *reasons(layout)]
    return [
        counts,
        f"Brackets: 95 % intervals from {drawn} over respondents, those of WD and Fro. freed of the upward bias that "
        "distances have.",
        f"WD: mean Wasserstein distance over items, scale {SCALES.get(facts['scale'], facts['scale'])}; never compare it "
        "across scales. Fro.: Frobenius norm of the difference of the two item correlation matrices. α: Cronbach's alpha "
        "of the simulated answers.",
        _marks(layout),
        ALPHA,
        f"Last row: the human bound. WD and Fro. between random halves of the humans, mean and 2.5–97.5 % range over "
        f"{facts['splits']} splits: nothing can be expected to be closer. Its α is that of all the humans, with its "
        "bootstrap interval.",
        *reasons(layout),
    ]


def _marks(layout: Layout) -> str:
    said = "Bold and underlined: best and second best within a model, by the value alone."
    if layout.attribute:
        return said + " Paired differences were not measured within groups: overlapping intervals decide nothing."
    said += (
        " ≈: cannot be told from the best, the interval of the paired difference includes 0 (not corrected for the number "
        "of comparisons)."
    )
    unknown = {
        HEADS[m].split(" ")[0]: n
        for m in METRICS
        if (n := sum(e.cells[m].level is None for block in layout.blocks for e in block))
    }
    if unknown:
        rows = ", ".join(f"{name} {n} {'row' if n == 1 else 'rows'}" for name, n in unknown.items())
        said += f" Without a paired difference from the best, and so without this mark: {rows}."
    return said


def _range(counts: Sequence[int | None]) -> str:
    known = [n for n in counts if n is not None]
    return f"{min(known):,}" + (f" to {max(known):,}" if min(known) < max(known) else "")


def reasons(layout: Layout) -> list[str]:
    """Why cells are empty or have no interval, a sentence for each reason."""
    found: dict[str, list[str]] = {}
    for e in layout.entries:
        name = " / ".join(x for x in (e.model, e.conditioning, e.matching) if x)
        by_reason: dict[str, list[str]] = {}
        for metric in METRICS:
            by_reason.setdefault(e.cells[metric].reason, []).append(HEADS[metric].split(" ")[0])
        for reason, heads in by_reason.items():
            if reason:
                where = "" if len(heads) == len(METRICS) else f", {' and '.join(heads)}"
                found.setdefault(reason, []).append(name + where)
    rows = len(layout.entries)
    return [f"{'Every row' if len(places) == rows else _some(places)}: {reason}." for reason, places in found.items()]


def _some(places: Sequence[str], most: int = 3) -> str:
    rest = len(places) - most
    return "; ".join(places[:most]) + (f" and {rest} more" if rest > 0 else "")
