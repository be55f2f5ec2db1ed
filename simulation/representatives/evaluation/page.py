"""`representatives.html`: one self-contained page that says what was measured and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...folder import write_text
from ...report.numbers import with_interval
from ...report.templates import environment
from .figures import consensus_figure, texts_figure
from .table import CONSENSUS, TEXTS, Column, main_step

Entry = Mapping[str, Any]
_HERE = Path(__file__).parent
_PAIRED = (
    "log-likelihood per text",
    "log-likelihood per token",
    "win rate over human",
    "absolute discrepancy, one",
    "absolute discrepancy, all",
)


def write_page(results: Entry, path: Path) -> None:
    """Writes the page of an evaluation.

    Args:
        results: What `representatives.json` says.
        path: Where the page goes.
    """
    css = (_HERE.parents[1] / "report" / "page.css").read_text(encoding="utf-8")
    write_text(path, environment(_HERE).get_template("page.html").render(css=css, **_parts(results)))


def _parts(results: Entry) -> dict[str, Any]:
    n, rows = results["n"], results["contestants"]
    measured = results["payoff"] is not None
    return {
        "results": results,
        "step": main_step(results),
        "facts": f"{n['texts']:,} held-out texts of {n['held_out_people']:,} people in {n['held_out_episodes']:,} episodes, "
        f"{n['episodes_played']:,} of them played again, {n['replicates']} replicates; {n['clusters']:,} clusters.",
        "texts_svg": texts_figure(results),
        "text_heads": _heads(TEXTS),
        "text_rows": _rows(rows, TEXTS),
        "consensus_svg": consensus_figure(results) if measured else "",
        "consensus_heads": _heads(CONSENSUS),
        "consensus_rows": _rows(rows, CONSENSUS) if measured else [],
        "mediators": ", ".join(results["floor"]["other_seeds"]["mechanisms"]) if measured else "",
        "floor": with_interval(results["floor"]["other_seeds"]["absolute"]) if measured else "",
        "paired_heads": _PAIRED,
        "paired_rows": _paired(results["differences"]),
        "variant_rows": _paired(results["ablation"]["variants"]),
        "size_rows": _paired(results["ablation"]["sizes"]),
    }


def _heads(columns: Sequence[Column]) -> list[str]:
    return [f"{above} {below}".strip() for above, below, _ in columns]


def _rows(rows: Mapping[str, Entry], columns: Sequence[Column]) -> list[tuple[str, list[str]]]:
    return [(name, [with_interval(take(entry)) for _, _, take in columns]) for name, entry in rows.items()]


def _paired(rows: Sequence[Entry]) -> list[tuple[str, list[str]]]:
    return [(f"{row['contestant']} − {row['against']}", [with_interval(m) for m in _measures(row)]) for row in rows]


def _measures(row: Entry) -> list[Entry]:
    held = row["log_likelihood"]
    likelihood = [held, held] if "value" in held else [held["per_text"], held["per_token"]]
    return [*likelihood, row["win_rate"], row["absolute"]["one"], row["absolute"]["all"]]
