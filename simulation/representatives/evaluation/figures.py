"""The two figures of an evaluation: critiques, and consensus (Jarrett et al. 2025, figures 2 and 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...report.figures import Panel, comparison_figure

Entry = Mapping[str, Any]
_SHARE = (-0.02, 1.02)


def texts_figure(results: Entry) -> str:
    """Log-likelihood of people's texts and win rates, a row per contestant, as SVG."""
    rows = results["contestants"]
    panels: list[Panel] = [
        ("log-likelihood per text (nats; higher is better)", None, _rows(rows, _per_text), None),
        ("win rate over the human text (share)", 0.5, _rows(rows, lambda c: c["win_rate"]["human"]), _SHARE),
        ("win rate over vanilla (share)", 0.5, _rows(rows, lambda c: c["win_rate"]["vanilla"]), _SHARE),
    ]
    return comparison_figure(panels, [_label(name, entry) for name, entry in rows.items()], _kinds(rows))


def consensus_figure(results: Entry) -> str:
    """Payoff discrepancy with one and with all substituted, and the win rate of the final statement, as SVG."""
    rows, unit = results["contestants"], results["payoff"]["unit"]
    floor = results["floor"]["other_seeds"]
    marks = {r: _rows(rows, lambda c, r=r: c["payoff_discrepancy"][r]["absolute"]) for r in ("one", "all")}
    held = floor["absolute"]["value"]
    limits = _from_zero(
        [held, *(end for row in (*marks["one"], *marks["all"]) for end in (row["value"], *(row["ci"] or [])))]
    )
    panels: list[Panel] = [
        (f"absolute payoff discrepancy, one substituted ({unit}; dashes: other seeds)", held, marks["one"], limits),
        (f"absolute payoff discrepancy, all substituted ({unit}; dashes: other seeds)", held, marks["all"], limits),
        ("win rate of the final statement, all substituted (share)", 0.5, _rows(rows, _statement_wins), _SHARE),
    ]
    n = results["n"]["episodes_played"]
    labels = [f"{name} ({n:,} episodes)" for name in rows]
    return comparison_figure(panels, labels, _kinds(rows))


def _from_zero(values: Sequence[float | None]) -> tuple[float, float]:
    """One axis for two panels, so that one and all can be compared."""
    return 0.0, 1.05 * max((v for v in values if v is not None), default=1.0) or 1.0


def _label(name: str, entry: Entry) -> str:
    held = entry["log_likelihood"]
    n = held["n"]["texts"] if "n" in held else entry["n"]["written"]
    return f"{name} (n = {n:,} texts)"


def _rows(rows: Mapping[str, Entry], take: Any) -> list[Entry]:
    return [take(entry) for entry in rows.values()]


def _kinds(rows: Mapping[str, Entry]) -> Sequence[str]:
    return [entry["kind"] for entry in rows.values()]


def _per_text(entry: Entry) -> Entry:
    held = entry["log_likelihood"]
    return held if "value" in held else held["per_text"]  # type: ignore[no-any-return]


def _statement_wins(entry: Entry) -> Entry:
    held = entry["consensus_win_rate"]["human"]["all"]
    return held if "value" in held else held["win_rate"]  # type: ignore[no-any-return]
