"""What was measured of payoffs, as one table of text and as a figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

VOTE_COLUMNS = {
    "auc": "AUC",
    "brier": "Brier",
    "log_loss": "log loss",
    "ece": "calibration error",
    "slope": "slope",
}
RATING_COLUMNS = {"pearson": "Pearson", "spearman": "Spearman", "mae": "MAE", "r2": "R²", "slope": "slope"}
NOTES = {
    "votes": "AUC: 0.5 is chance, 1 perfect. Brier score, log loss and calibration error: lower is better. Slope: 1 is best.",
    "ratings": "Pearson, Spearman and R²: higher is better. MAE in points of the scale: lower is better. Slope: 1 is best.",
}
COLOURS = ("#1b6ca8", "#d1742c", "#3a8f5c", "#8a4fa3", "#b8323f", "#6b7a1f")
_WIDTH = 25


def is_votes(found: Mapping[str, Any]) -> bool:
    """Whether the outcomes are votes; else they are ratings."""
    measured = [s for s in found["settings"].values() if "predictors" in s]
    return any("auc" in p for s in measured for p in s["predictors"].values())


def table_lines(found: Mapping[str, Any], group: str = "party") -> list[str]:
    """One table: a row for each predictor, by setting and by group.

    Args:
        found: What `measure_payoffs` returned.
        group: What the groups are.
    """
    columns = VOTE_COLUMNS if is_votes(found) else RATING_COLUMNS
    width = max([len(name) for s in found["settings"].values() for name in s.get("predictors", {})] + [20]) + 12
    lines = [f"Payoffs of held-out people ({found['outcome']}); values with 95 % intervals"]
    for setting, measured in found["settings"].items():
        lines += ["", f"{measured['what'].capitalize()} ({_counts(measured)}; clustered by {_clusters(setting)})"]
        lines += _rows(measured, columns, width)
        lines += _differences(measured, columns, width)
        for label, part in measured.get("groups", {}).items():
            lines += [f"  {group} = {label} ({_counts(part)})"]
            lines += list(_rows(part, columns, width, head=False))
    return [*lines, "", NOTES["votes" if columns is VOTE_COLUMNS else "ratings"]]


def _rows(measured: Mapping[str, Any], columns: Mapping[str, str], width: int, head: bool = True) -> Iterator[str]:
    if "skipped" in measured:
        yield f"    not measured: {measured['skipped']}"
        return
    if head:
        yield "".join([" " * width, *(title.ljust(_WIDTH) for title in columns.values())]).rstrip()
    for name, values in measured["predictors"].items():
        cells = [_cell(values[column]).ljust(_WIDTH) for column in columns]
        yield f"    {name}".ljust(width) + "".join(cells).rstrip()


def _differences(measured: Mapping[str, Any], columns: Mapping[str, str], width: int) -> Iterator[str]:
    """The first predictor minus each other, without slopes, whose best value is in the middle."""
    first = next(iter(measured.get("predictors", {})), "")
    for name, values in measured.get("differences", {}).items():
        cells = [_cell(values[column]).ljust(_WIDTH) for column in columns if column != "slope"]
        yield f"    minus {name}".ljust(width) + "".join(cells).rstrip()
    if measured.get("differences"):
        yield f"    (minus: {first} minus the other, on the same votes)"


def _cell(metric: Mapping[str, Any]) -> str:
    if metric["value"] is None:
        return "undefined"
    ci = metric["ci"]
    return f"{metric['value']:.3f}" + (f" [{ci[0]:.3f}, {ci[1]:.3f}]" if ci else "")


def _counts(measured: Mapping[str, Any]) -> str:
    n = measured["n"]
    statements = f", {n['statements']:,} statements" if "statements" in n else ""
    return f"n = {n['rows']:,} by {n['people']:,} people{statements}"


def _clusters(setting: str) -> str:
    return "person" if setting == "same statements" else "person and statement"


def save_reliability(found: Mapping[str, Any], path: Path) -> bool:
    """Draws the share of agreement against the predicted chance, a panel for each setting; False where nothing is to draw.

    Args:
        found: What `measure_payoffs` returned for votes.
        path: A .png, .svg or .pdf file.
    """
    from matplotlib.figure import Figure

    shown = {s: m for s, m in found["settings"].items() if "predictors" in m} if is_votes(found) else {}
    if not shown:
        return False
    figure = Figure(figsize=(4.4 * len(shown) + 0.4, 4.4), layout="constrained")
    panels = figure.subplots(1, len(shown), squeeze=False)[0]
    for axes, measured in zip(panels, shown.values(), strict=True):
        _draw(axes, measured)
    figure.savefig(path, dpi=150)
    return True


def _draw(axes: Any, measured: Mapping[str, Any]) -> None:
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=0.8, label="calibrated")
    curves = {name: p["reliability_curve"] for name, p in measured["predictors"].items()}
    for colour, (name, curve) in zip(COLOURS, ((n, c) for n, c in curves.items() if len(c) > 1), strict=False):
        fewest, most = min(bin["n"] for bin in curve), max(bin["n"] for bin in curve)
        label = f"{name} (n = {fewest:,} to {most:,} votes a point)"
        axes.plot(
            [b["predicted"] for b in curve], [b["agreed"] for b in curve], "o-", color=colour, ms=3, lw=1, label=label
        )
        for bin in (bin for bin in curve if bin["ci"]):
            axes.plot([bin["predicted"]] * 2, bin["ci"], "-", color=colour, linewidth=0.8, alpha=0.6)
    axes.set_xlabel("predicted chance of agreement")
    axes.set_ylabel("share of votes that agreed (bars: 95 % intervals)")
    axes.set_title(f"{measured['what'].capitalize()}\n{_counts(measured)}", fontsize=8)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=6, frameon=False, loc="upper left")
