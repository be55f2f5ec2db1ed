"""The survey's part of the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..folder import RunFolder
from .ablations import ablation_parts
from .caption import settings
from .effects import effects_parts
from .figures import distribution_figure, metric_figure, series_colour
from .grid import main_table, subgroup_tables
from .layout import make_layouts
from .numbers import number, with_interval
from .partisan import partisan_parts, partisan_reasons
from .pools import matching_parts, pool_parts
from .retest import retest_parts
from .table_files import save_tables

# With every condition of a large study, a figure for each item and each group would make a page too heavy to open.
DRAWN_BY_ITEM = 6
REFERENCES = {
    "uniform": "uniform answers",
    "marginal": "the humans' own marginals",
    "demographic_regression": "regression on demographics",
}


def survey_parts(folder: RunFolder, run: Mapping[str, Any], metrics: Mapping[str, Any]) -> dict[str, Any]:
    """What the page's template needs for a survey; writes the tables beside the page."""
    layouts, how = make_layouts(metrics), settings(folder.study)
    conditions = metrics["conditions"]
    drawn = _drawn(conditions)
    items = {code: _with_series(item, drawn) for code, item in metrics["distributions"].items()}
    measured = [c for c in conditions.values() if "wasserstein" in c]
    first: Mapping[str, Any] = measured[0] if measured else {}
    return {
        "blocks": _blocks(conditions) if conditions else [],
        "reason": metrics.get("reason", ""),
        "splits": first["human_bound"]["splits"] if first else 0,
        "scale": first["wasserstein"]["scale"] if first else "",
        "comparisons": [c | {"value": with_interval(c)} for c in metrics.get("comparisons", [])],
        "legend": _legend(items),
        "not_drawn": len(conditions) - len(drawn) if drawn else 0,
        "items": [_item(code, item, conditions) for code, item in items.items()],
        "layout": main_table(layouts, how),
        "subgroups": subgroup_tables(layouts),
        "table_files": save_tables(folder.path, layouts, how),
        "ablations": ablation_parts(metrics),
        "pools": pool_parts(folder.path, metrics),
        "matching": matching_parts(metrics),
        "effects": effects_parts(metrics),
        "retest": retest_parts(metrics),
        "partisan": partisan_parts(metrics),
        "partisan_reasons": partisan_reasons(metrics),
    }


def _blocks(conditions: Mapping[str, Any]) -> list[dict[str, Any]]:
    blocks = [_block("All respondents", conditions)]
    first = next(iter(conditions.values()))
    for attribute, labels in first.get("groups", {}).items():
        for label in labels:
            groups = {name: c["groups"][attribute][label] for name, c in conditions.items()}
            blocks.append(_block(f"{attribute}: {label}", groups, drawn=len(conditions) <= DRAWN_BY_ITEM))
    return blocks


def _block(title: str, conditions: Mapping[str, Any], drawn: bool = True) -> dict[str, Any]:
    measured = {name: c for name, c in conditions.items() if "wasserstein" in c}
    if not measured:
        reasons = "; ".join(dict.fromkeys(str(c.get("skipped", "not measured")) for c in conditions.values()))
        return {"title": title, "note": reasons, "figures": [], "rows": []}
    first = next(iter(measured.values()))
    n = first["n"]["human"]
    rows = [_row(name, c, "condition", c["n"]["simulated"]) for name, c in measured.items()]
    rows += [_row(REFERENCES[k], r, "reference", n) for k, r in first["reference"].items() if "wasserstein" in r]
    figures = [
        metric_figure(_points(metric, measured, first), name, unit)
        for metric, name, unit in (
            ("wasserstein", "mean Wasserstein distance", f"{first['wasserstein']['scale']} scale, lower is better"),
            ("frobenius", "Frobenius norm of correlation differences", "no unit, lower is better"),
        )
        if drawn
    ]
    note = f"{n:,} humans (effective n {first['effective_n']:,.0f}), {first['n']['items']} items."
    return {"title": title, "note": note, "figures": figures, "rows": [*rows, _bound_row(first, n)]}


def _row(name: str, metrics: Mapping[str, Any], kind: str, n: int) -> dict[str, Any]:
    alpha = metrics.get("cronbach_alpha") or {}
    return {
        "name": name,
        "kind": kind,
        "wasserstein": with_interval(metrics["wasserstein"]),
        "frobenius": with_interval(metrics["frobenius"]),
        "alpha": with_interval({"value": alpha.get("simulated"), "ci": alpha.get("simulated_ci")}),
        "n": f"{n:,}",
    }


def _bound_row(first: Mapping[str, Any], n: int) -> dict[str, Any]:
    bound, alpha = first["human_bound"], first["cronbach_alpha"]
    return {
        "name": "humans: bound, and their α",
        "kind": "bound",
        "wasserstein": with_interval({"value": bound["wasserstein"], "ci": bound.get("wasserstein_range")}),
        "frobenius": with_interval({"value": bound["frobenius"], "ci": bound.get("frobenius_range")}),
        "alpha": with_interval({"value": alpha["human"], "ci": alpha["human_ci"]}),
        "n": f"{n:,}",
    }


def _points(metric: str, measured: Mapping[str, Any], first: Mapping[str, Any]) -> list[dict[str, Any]]:
    n = first["n"]["human"]
    points = [
        {"name": name, "kind": "condition", "n": c["n"]["simulated"], **_value(c[metric])}
        for name, c in measured.items()
    ]
    points += [
        {"name": REFERENCES[k], "kind": "reference", "n": n, **_value(r[metric])}
        for k, r in first["reference"].items()
        if metric in r
    ]
    bound = first["human_bound"]
    return [
        *points,
        {"name": "human bound", "kind": "bound", "n": n, "value": bound[metric], "ci": bound[f"{metric}_range"]},
    ]


def _value(metric: Mapping[str, Any]) -> dict[str, Any]:
    return {"value": metric["value"], "ci": metric.get("ci")}


def _drawn(conditions: Mapping[str, Any]) -> list[str]:
    """The conditions that are drawn item by item: all, or of many those that came closest; none, and all are."""
    found = {name: c["wasserstein"]["value"] for name, c in conditions.items() if "wasserstein" in c}
    known = {name: value for name, value in found.items() if value is not None}
    return sorted(known, key=known.__getitem__)[:DRAWN_BY_ITEM] if len(conditions) > DRAWN_BY_ITEM else []


def _with_series(item: Mapping[str, Any], drawn: list[str]) -> Mapping[str, Any]:
    if not drawn:
        return item
    kept = {"human", *drawn}
    panels = {
        group: {name: series for name, series in part.items() if name in kept} for group, part in item["panels"].items()
    }
    return {**item, "panels": panels}


def _legend(items: Mapping[str, Any]) -> list[dict[str, str]]:
    panels: Mapping[str, Any] = next(iter(items.values()), {"panels": {}})["panels"]
    series = list(dict.fromkeys(name for group in panels.values() for name in group))
    return [{"name": name, "colour": series_colour(name, series)} for name in series]


def _item(code: str, item: Mapping[str, Any], conditions: Mapping[str, Any]) -> dict[str, Any]:
    distances = {name: c["wasserstein"]["items"].get(code) for name, c in conditions.items() if "wasserstein" in c}
    said = _distances({name: d for name, d in distances.items() if d is not None})
    figure = distribution_figure(item["labels"], item["panels"])
    return {
        "code": code,
        "text": item["text"],
        "wasserstein": f"WD {said}" if said else "",
        "figure": figure,
    }


def _distances(known: Mapping[str, float], most: int = 6) -> str:
    """An item's distance in every condition; beyond `most` conditions only the least and the greatest."""
    if len(known) <= most:
        return ", ".join(f"{name} {number(d)}" for name, d in known.items())
    ordered = sorted(known, key=known.__getitem__)
    return " to ".join(f"{number(known[name])} ({name})" for name in (ordered[0], ordered[-1]))
