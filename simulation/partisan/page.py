"""The page of `minipublic evaluate partisan`, and its tables as a piece of a survey's report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..folder import write_text
from ..report.numbers import number, with_interval
from ..report.templates import environment
from .published import PARTIES, Published, published
from .verdicts import verdicts

Measured = Mapping[str, Any]
_HERE = Path(__file__).parent
TITLES = {"hostility": "Hostility", "subversion": "Subversion", "meta_perception": "Meta-perception"}
UNITS = {
    "hostility": "points of the scale; above 0, more hostile",
    "subversion": "share of the scale; above 0, exaggerated",
    "meta_perception": "points of the scale; above 0, exaggerated",
}
MEANINGS = {
    "hostility": "How much worse the other party's members rate a party's traits than its own members do.",
    "subversion": "How much further the other party's members think most of a party would go than its own members say they "
    "would go themselves; answers are scaled from 0 (the first) to 1 (the last).",
    "meta_perception": "How much more prejudice (warmth to the own side minus warmth to the other) the other party's members "
    "believe a party has than its own members show.",
}


def page_path(json: Path) -> Path:
    """Where the page goes: beside the JSON file, with the ending .html.

    Raises:
        InputError: The JSON file itself ends so.
    """
    page = json.with_suffix(".html")
    if page == json:
        raise InputError(f"--json {json}: the page goes there; let the measures' file end in .json")
    return page


def write_page(path: Path, measured: Measured, notes: Sequence[str], name: str) -> None:
    """Writes the page of one table or run.

    Args:
        path: Where.
        measured: What `compare_partisans` gives.
        notes: What was noticed while reading.
        name: What was measured, as the rows call it.
    """
    css = (_HERE.parent / "report" / "page.css").read_text(encoding="utf-8")
    people = ", ".join(f"{n:,} {measured['parties'][party]}" for party, n in measured["respondents"].items())
    counted = f"rows weighted by {measured['weight']}" if measured.get("weight") else "every row counts once"
    page = (
        environment(_HERE)
        .get_template("page.html")
        .render(
            css=css,
            title=measured["instrument"],
            facts=f"{name}: {people}; {measured['left_out']:,} of neither party left out; {counted}.",
            fragment=partisan_fragment({name: measured}),
            notes=notes,
        )
    )
    write_text(path, page)


def partisan_fragment(measured: Mapping[str, Measured]) -> str:
    """Tables, figure and sentences on the gap between two parties, as HTML without head and body.

    Args:
        measured: What `measure_partisan` gives, by the name of the condition or table; all of one instrument.

    Returns:
        HTML to stand inside a section with a heading, written for the classes of `report/page.css`.
    """
    from .figures import gap_figure

    first = next(iter(measured.values()))
    known = published(first["gap"]) if tuple(first["parties"]) == PARTIES else None
    people = next((m["humans"] for m in measured.values() if "humans" in m), None)
    rows: list[dict[str, Any]] = [{"name": name, "kind": "simulated", "measured": m} for name, m in measured.items()]
    rows += [{"name": "humans", "kind": "human", "measured": people}] if people else []
    parties = first["parties"]
    return (
        environment(_HERE)
        .get_template("fragment.html")
        .render(
            gap=TITLES[first["gap"]],
            meaning=MEANINGS[first["gap"]],
            parties=parties,
            unit=UNITS[first["gap"]],
            figure=gap_figure(rows, parties, UNITS[first["gap"]], known),
            rows=[_row(row["name"], row["kind"], row["measured"], parties) for row in rows],
            known=known and _known(known),
            within="within_rater" in first,
            verdicts=[sentence for name, m in measured.items() for sentence in verdicts(name, m)],
        )
    )


def spoken_lines(measured: Measured) -> list[str]:
    """What the command line says of it."""
    gap = TITLES[measured["gap"]].lower()
    lines = []
    for party, label in measured["parties"].items():
        found = measured[party]
        d = {"value": found["cohens_d"], "ci": found["cohens_d_ci"], "reason": found.get("cohens_d_reason")}
        lines.append(f"{gap} gap, {label} judged: {with_interval(found)}; Cohen's d {with_interval(d)}")
    for party, label in measured["parties"].items():
        said = f"answers at the ends of the scale, {label}: {with_interval(measured['extremes'][party])}"
        if "variance_ratio" in measured:
            said += f"; variance of scores, simulated / human: {with_interval(measured['variance_ratio'][party])}"
        lines.append(said)
    return lines


def _row(name: str, kind: str, m: Measured, parties: Mapping[str, str]) -> dict[str, Any]:
    """One line of each table: cells by column, a cell for each party."""

    def cells(found: Measured | None) -> list[str]:
        return [with_interval(found[party]) if found else "–" for party in parties]

    effects = [
        {"value": m[p]["cohens_d"], "ci": m[p]["cohens_d_ci"], "reason": m[p].get("cohens_d_reason")} for p in parties
    ]
    return {
        "name": name,
        "kind": "bound" if kind == "human" else "condition",
        "gap": cells(m),
        "cohens_d": [with_interval(d) for d in effects],
        "wasserstein": cells(m.get("wasserstein")),
        "n": ", ".join(f"{m[p]['n']:,}" for p in parties),
        "within": cells(m.get("within_rater")),
        "extremes": cells(m["extremes"]),
        "variance_ratio": cells(m.get("variance_ratio")),
        "members": ", ".join(f"{m['respondents'][p]:,}" for p in parties),
    }


def _known(known: Published) -> dict[str, Any]:
    rows = [
        {"name": f"{r.model}, {r.conditioning}", "cells": [number(x[p]) for x in _numbers(r) for p in PARTIES]}
        for r in known.rows
    ]
    people = [number(x[p]) for x in (known.gap, known.cohens_d) for p in PARTIES]
    n = ", ".join(f"{known.n[p]:,}" for p in PARTIES)
    return {"source": known.source, "survey": known.survey, "people": people, "n": n, "rows": rows}


def _numbers(row: Any) -> tuple[Mapping[str, float], ...]:
    return row.gap, row.cohens_d, row.wasserstein
