"""The table that `minipublic run --dry-run` prints."""

from __future__ import annotations

from typing import Any

FIGURES = ("calls", "prompt_tokens", "completion_tokens", "cost")


def estimate_lines(guess: dict[str, Any]) -> list[str]:
    """What `simulation.estimate.estimate` returned, as lines of text without the prompts."""
    pilot = guess["pilot"]
    head = f"{guess['people']:,} people or groups, {guess['units']:,} units; nothing was asked"
    if pilot:
        head += f" now; {pilot['people']:,} are finished in the run folder"
    spent = any(guess[name]["spent"] is not None for name in FIGURES)
    titles = ("", "estimate", "95 % interval", "spent", "remaining") if spent else ("", "least", "most")
    rows = [titles, *(_row(name, guess[name], spent) for name in FIGURES)]
    widths = [max(len(row[k]) for row in rows if len(row) > k) for k in range(len(titles))]
    lines = [head, ""]
    for row, name in zip(rows, ("", *FIGURES), strict=True):
        cells = [row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]
        why = guess[name]["why"] if name else ""
        lines.append("   ".join([*cells, *([f"({why})"] if why else [])]).rstrip())
    return [*lines, *(f"note: {note}" for note in guess["notes"])]


def _row(name: str, figure: dict[str, Any], spent: bool) -> tuple[str, ...]:
    label, cost = name.replace("_", " "), name == "cost"
    low, high = _number(figure["low"], cost), _number(figure["high"], cost)
    if not spent:
        return (label, low, high) if low != high or cost else (label, low, "the same" if low != "–" else "–")
    interval = "–" if figure["low"] is None else f"{low} to {high}"
    remaining = figure["remaining"]["value"] if figure["remaining"] else None
    numbers = (figure["value"], figure["spent"], remaining)
    value, gone, left = (_number(x, cost) for x in numbers)
    return (label, value, interval, gone, left)


def _number(value: float | None, cost: bool) -> str:
    if value is None:
        return "–"
    return f"{value:,.{2 if value >= 1 else 6}f}" if cost else f"{value:,.0f}"
