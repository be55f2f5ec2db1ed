"""The one table that `minipublic evaluate representatives` prints: a row per contestant, intervals beneath the values."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...report.numbers import number

Entry = Mapping[str, Any]
Column = tuple[str, str, Callable[[Entry], Entry]]
DASH = "–"

TEXTS: tuple[Column, ...] = (
    ("log-likelihood", "per text", lambda c: _likelihood(c, "per_text")),
    ("log-likelihood", "per token", lambda c: _likelihood(c, "per_token")),
    ("perplexity", "", lambda c: _likelihood(c, "perplexity")),
    ("wins", "over human", lambda c: c["win_rate"]["human"]),
    ("ties", "with human", lambda c: c["ties"]["human"]),
    ("position bias", "", lambda c: c["position_bias"]["human"]),
    ("wins", "over vanilla", lambda c: c["win_rate"]["vanilla"]),
)
CONSENSUS: tuple[Column, ...] = (
    ("|payoff shift|", "one", lambda c: c["payoff_discrepancy"]["one"]["absolute"]),
    ("|payoff shift|", "all", lambda c: c["payoff_discrepancy"]["all"]["absolute"]),
    ("payoff shift", "one", lambda c: c["payoff_discrepancy"]["one"]["signed"]),
    ("payoff shift", "all", lambda c: c["payoff_discrepancy"]["all"]["signed"]),
    ("statement wins", "over human, all", lambda c: _wins(c, "human")),
    ("statement wins", "over vanilla, all", lambda c: _wins(c, "vanilla")),
)


def print_lines(results: Entry) -> list[str]:
    """The table's lines, after a line that says what was measured, and before those that say what was not."""
    n = results["n"]
    cluster = {"session": "sessions", "episode": "episodes", "person": "people"}[results["cluster"]]
    lines = [
        f"{results['study']}: {n['texts']:,} held-out texts ({results['steps'][0]}) of {n['held_out_people']:,} people, "
        f"{n['episodes_played']:,} episodes played again, {n['replicates']} replicates; 95 % intervals over {n['clusters']:,} "
        f"{cluster}"
    ]
    lines += ["", *table(results["contestants"], TEXTS, f"{main_step(results)}s")]
    if results["payoff"]:
        rows = dict(results["contestants"])
        floor = {"other seeds": _floor_row(results["floor"]["other_seeds"])}
        lines += ["", *table(rows | floor, CONSENSUS, f"consensus ({results['payoff']['unit']})")]
        lines += [f"payoffs: {results['payoff']['source']}; the row `other seeds`: nobody is substituted"]
    lines += [""] if results["not_measured"] else []
    return lines + [wrapped for gone in results["not_measured"] for wrapped in textwrap.wrap(gone, 120)]


def main_step(results: Entry) -> str:
    """The step that the table is about."""
    return "critique" if "critique" in results["steps"] else str(results["steps"][0])


def table(rows: Mapping[str, Entry], columns: Sequence[Column], title: str) -> list[str]:
    """Rows of values with their intervals beneath, right-aligned under two lines of heads.

    Args:
        rows: By contestant.
        columns: Two head lines, and what takes the measure from an entry.
        title: Above the names.
    """
    cells = {name: [_cell(take(entry)) for _, _, take in columns] for name, entry in rows.items()}
    heads = [(above, below) for above, below, _ in columns]
    widths = [
        max(len(text) for text in (*head, *(part for row in cells.values() for part in row[k])))
        for k, head in enumerate(heads)
    ]
    first = max(len(title), *(len(name) for name in rows))

    def line(name: str, parts: Sequence[str]) -> str:
        return "  ".join([name.ljust(first), *(p.rjust(w) for p, w in zip(parts, widths, strict=True))]).rstrip()

    lines = [line(title, [above for above, _ in heads]), line("", [below for _, below in heads])]
    lines.append("─" * len(max(lines, key=len)))
    for name, row in cells.items():
        lines.append(line(name, [value for value, _ in row]))
        if any(interval for _, interval in row):
            lines.append(line("", [interval for _, interval in row]))
    return lines


def _cell(measure: Entry) -> tuple[str, str]:
    if measure.get("value") is None:
        return DASH, ""
    ci = measure.get("ci")
    return number(measure["value"]), f"[{number(ci[0])}, {number(ci[1])}]" if ci else "no interval"


def _likelihood(entry: Entry, key: str) -> Entry:
    held = entry["log_likelihood"]
    return held if "value" in held else held[key]  # type: ignore[no-any-return]


def _wins(entry: Entry, baseline: str) -> Entry:
    held = entry["consensus_win_rate"][baseline]["all"]
    return held if "value" in held else held["win_rate"]  # type: ignore[no-any-return]


def _floor_row(floor: Entry) -> Entry:
    nothing = {"value": None}
    wins = {baseline: {"all": nothing} for baseline in ("human", "vanilla")}
    return {"payoff_discrepancy": {"one": floor, "all": floor}, "consensus_win_rate": wins}
