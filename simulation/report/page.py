"""`report.html`: one self-contained file that says what was run and what came of it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..folder import RunFolder, read_json, write_text
from .deliberation import deliberation_parts
from .numbers import with_interval
from .protocol import protocol_parts
from .survey import survey_parts
from .templates import environment

_READ = ("captured_mass", "order_asymmetry", "primacy")
MOST_NAMED = 6  # conditions in the page's head; the tables name them all
_HERE = Path(__file__).parent


def write_report(run: Path) -> Path:
    """Writes the report of a measured run.

    Args:
        run: The run folder, with `run.json` and `metrics.json`.

    Returns:
        The report's path.

    Raises:
        InputError: One of the two files is missing or damaged.
    """
    folder = RunFolder.open(run)
    described, metrics = read_json(folder.run), read_json(folder.metrics)
    parts = _PARTS[described["kind"]]
    page = environment(_HERE).get_template("page.html")
    shared = _shared(folder, described, metrics)
    write_text(folder.report, page.render(**shared, **parts(folder, described, metrics)))
    return folder.report


_PARTS: dict[str, Callable[[RunFolder, Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]] = {
    "survey": survey_parts,
    "consensus": deliberation_parts,
    "protocol": protocol_parts,
}


def _shared(folder: RunFolder, run: Mapping[str, Any], metrics: Mapping[str, Any]) -> dict[str, Any]:
    people = f"{run['people']:,} {'people' if run['kind'] == 'survey' else 'groups'}"
    if run["limit"] is not None and run["limit"] < run["people"]:
        people = f"the first {run['limit']:,} of {people} (a pilot)"
    models, names = ", ".join(run["models"]), run["conditions"]
    conditions = f"conditions: {', '.join(names)}" if len(names) <= MOST_NAMED else f"{len(names)} conditions"
    return {
        "run": run,
        "css": (_HERE / "page.css").read_text(encoding="utf-8"),
        "facts": f"{people}, {run['answers']:,} answers; {conditions}; model: {models}.",
        "model_sentences": [text for key, text in run["models"].items() if text != key and len(text) > 60],
        "people": _people(folder),
        "reading": _reading(metrics.get("reading", {})),
        "servers": [_server(address, counts) for address, counts in run.get("servers", {}).items()],
        "missing": sorted(run["missing"].items(), key=lambda pair: -pair[1]),
        "cost": _cost(run),
        "command": f"minipublic run {shlex.quote(str(folder.study))} --out NEW_FOLDER",
    }


def _reading(conditions: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"name": name, "n": f"{c['captured_mass']['n']:,}"} | {key: with_interval(c[key]) for key in _READ}
        for name, c in conditions.items()
    ]


def _server(address: str, counts: Mapping[str, Any]) -> str:
    rate, held = counts["prefix_cache_hit_rate"], counts["kv_cache_tokens"]
    return (
        f"{address}: {counts['prompt_tokens']:,.0f} prompt tokens"
        + (f", {rate:.1%} of them found in the prefix cache" if rate is not None else "")
        + (f" (KV cache: {held:,} tokens)" if held else "")
        + f"; when looked at, at most {counts['most_running']:,.0f} requests ran and {counts['most_waiting']:,.0f} waited; "
        f"{counts['preemptions']:,.0f} preemptions. {counts['note'].capitalize()}."
    )


def _cost(run: Mapping[str, Any]) -> str:
    calls = run["calls"]
    return (
        f"{calls['calls']:,} model calls on record, {calls['prompt_tokens']:,} prompt tokens and "
        f"{calls['completion_tokens']:,} completion tokens as the servers counted them. The last start took "
        f"{run['seconds']:,.1f} s, asked {calls['asked_now']:,} calls and replayed {calls['replayed_now']:,}. "
        "These are counts, not estimates, and have no interval."
    )


def _people(folder: RunFolder) -> list[dict[str, Any]]:
    import pandas as pd

    table = pd.read_parquet(folder.population)
    names = [c for c in table.columns if c not in ("id", "backstory", "weight", "model")]
    return [{"name": name, "rows": _value_rows(table[name])} for name in names]


def _value_rows(column: Any, most: int = 12) -> list[dict[str, str]]:
    counts = column.fillna("(unknown)").value_counts()
    rows = [
        {"label": str(label), "n": f"{n:,}", "share": f"{100 * n / len(column):.1f} %"}
        for label, n in counts.head(most).items()
    ]
    rest = int(counts.iloc[most:].sum())
    if rest:
        label = f"({len(counts) - most} more)"
        rows.append({"label": label, "n": f"{rest:,}", "share": f"{100 * rest / len(column):.1f} %"})
    return rows
