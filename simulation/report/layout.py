"""The published layout (Moon et al. 2024, table 1): rows by model, persona conditioning and persona matching."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .cells import Cell, cell
from .ranking import rank

METRICS = ("wasserstein", "frobenius", "cronbach_alpha")
HIGHER_IS_BETTER = ("cronbach_alpha",)
ALL = "all"


@dataclass(frozen=True)
class Entry:
    """A row: one model under one conditioning, its personas matched in one way.

    Args:
        condition: Its key in `metrics.json`; "" for the human bound.
        model: The model's name in the study.
        conditioning: How personas are put before it, or which backstories.
        matching: How personas were matched to people; n/a where they were not.
        n: Simulated respondents (humans in the bound); None where the row was not measured.
        cells: By metric.
    """

    condition: str
    model: str
    conditioning: str
    matching: str
    n: int | None
    cells: Mapping[str, Cell]


@dataclass(frozen=True)
class Layout:
    """The table of all respondents, or of one group of them.

    Args:
        attribute: By which the group is formed; "" for all respondents.
        label: The group's.
        blocks: Rows by model, in study order.
        bound: The human bound; None where nothing was measured.
        facts: `humans`, `items`, `effective_n`, `scale` and `splits` of the first measured row.
    """

    attribute: str
    label: str
    blocks: tuple[tuple[Entry, ...], ...]
    bound: Entry | None
    facts: Mapping[str, Any]

    @property
    def group(self) -> str:
        """`all`, or `attribute: label`."""
        return f"{self.attribute}: {self.label}" if self.attribute else ALL

    @property
    def title(self) -> str:
        """The group as a heading says it."""
        return self.group if self.attribute else "All respondents"

    @property
    def entries(self) -> list[Entry]:
        """All rows, the human bound last."""
        rows = [entry for block in self.blocks for entry in block]
        return [*rows, self.bound] if self.bound else rows


def make_layouts(metrics: Mapping[str, Any]) -> list[Layout]:
    """The table of all respondents, and one for every group; none where the run has no rows to lay out.

    Args:
        metrics: What `metrics.json` says; paired differences are known for all respondents only.
    """
    conditions, rows = metrics.get("conditions") or {}, metrics.get("rows") or []
    if not conditions or not rows:
        return []
    layouts = [_layout("", "", rows, conditions, metrics.get("comparisons", []))]
    for attribute, label in _groups(conditions):
        part = {
            name: measured.get("groups", {}).get(attribute, {}).get(label, {}) for name, measured in conditions.items()
        }
        layouts.append(_layout(attribute, label, rows, part, []))
    return layouts


def _groups(conditions: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [(a, label) for c in conditions.values() for a, labels in c.get("groups", {}).items() for label in labels]
    return list(dict.fromkeys(found))


def _layout(
    attribute: str,
    label: str,
    rows: Sequence[Mapping[str, Any]],
    conditions: Mapping[str, Any],
    comparisons: Sequence[Mapping[str, Any]],
) -> Layout:
    measured = [c for row in rows if _is_measured(c := conditions.get(row["condition"]) or {})]
    entries = [_entry(row, conditions.get(row["condition"]) or {}) for row in _in_blocks(rows)]
    blocks = [[e for e in entries if e.model == model] for model in dict.fromkeys(e.model for e in entries)]
    ranked = tuple(tuple(_ranked(block, comparisons)) for block in blocks)
    bound, facts = (_bound(measured[0]), _facts(measured[0])) if measured else (None, {})
    return Layout(attribute, label, ranked, bound, facts)


def _in_blocks(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Rows of one model together, and within it rows of one conditioning; both in the order of their first."""
    models = list(dict.fromkeys(r["model"] for r in rows))
    styles = list(dict.fromkeys((r["model"], r["conditioning"]) for r in rows))
    return sorted(rows, key=lambda r: (models.index(r["model"]), styles.index((r["model"], r["conditioning"]))))


def _is_measured(measured: Mapping[str, Any]) -> bool:
    return "wasserstein" in measured


def _entry(row: Mapping[str, Any], measured: Mapping[str, Any]) -> Entry:
    names = (row["condition"], row["model"], row["conditioning"], row.get("matching") or "n/a")
    if not _is_measured(measured):
        reason = _why(measured)
        return Entry(*names, None, {metric: Cell(None, reason=reason) for metric in METRICS})
    alpha = _alpha(measured, "simulated")
    cells = {"wasserstein": cell(measured["wasserstein"]), "frobenius": cell(measured["frobenius"])}
    return Entry(*names, measured["n"]["simulated"], cells | {"cronbach_alpha": alpha})


def _why(measured: Mapping[str, Any]) -> str:
    """Why a row was not measured."""
    said, n = str(measured.get("skipped") or "not measured"), measured.get("n")
    return f"{said} ({n['human']:,} humans, {n['simulated']:,} simulated)" if n else said


def _alpha(measured: Mapping[str, Any], side: str) -> Cell:
    alpha = measured.get("cronbach_alpha") or {}
    reason = alpha.get(f"{side}_reason") or "too few resamples are defined, or none were asked for"
    return cell({"value": alpha.get(side), "ci": alpha.get(f"{side}_ci"), "reason": reason})


def _ranked(block: Sequence[Entry], comparisons: Sequence[Mapping[str, Any]]) -> Iterator[Entry]:
    names = [entry.condition for entry in block]
    columns = {
        metric: rank(names, [e.cells[metric] for e in block], metric, comparisons, highest=metric in HIGHER_IS_BETTER)
        for metric in METRICS
    }
    for k, e in enumerate(block):
        cells = {metric: column[k] for metric, column in columns.items()}
        yield Entry(e.condition, e.model, e.conditioning, e.matching, e.n, cells)


def _bound(measured: Mapping[str, Any]) -> Entry:
    bound = measured["human_bound"]
    why = "not defined in every split"
    cells = {
        metric: cell({"value": bound[metric], "ci": bound.get(f"{metric}_range"), "reason": why})
        for metric in ("wasserstein", "frobenius")
    }
    cells["cronbach_alpha"] = _alpha(measured, "human")
    return Entry("", "human", "", "", measured["n"]["human"], cells)


def _facts(measured: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "humans": measured["n"]["human"],
        "items": measured["n"]["items"],
        "effective_n": measured["effective_n"],
        "scale": measured["wasserstein"]["scale"],
        "splits": measured["human_bound"]["splits"],
    }
