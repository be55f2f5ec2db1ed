"""The deliberation's part of the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ..export import transcripts
from ..folder import RunFolder
from .figures import agreement_figure
from .mechanisms import mechanism_parts
from .numbers import with_interval

GROUPS_SHOWN = 50
RATED = ("draft", "revised")


def deliberation_parts(folder: RunFolder, run: Mapping[str, Any], metrics: Mapping[str, Any]) -> dict[str, Any]:
    """What the page's template needs for a deliberation."""
    labels = metrics["labels"]
    episodes = _first_groups(folder)
    total = run["units"]
    rest = f"The rest: minipublic transcript {folder.path} EPISODE." if total > len(episodes) else ""
    return {
        "labels": labels,
        "gains": [_gain(name, c["endorsement_gain"]) for name, c in metrics["conditions"].items()],
        "comparisons": [
            c | {"signed": with_interval(c["signed"]), "absolute": with_interval(c["absolute"])}
            for c in metrics["comparisons"]
        ],
        "agreement": _agreement(list(metrics["conditions"]), folder, labels),
        "mechanisms": mechanism_parts(metrics.get("mechanisms", [])),
        "shown": f"{len(episodes):,} of {total:,} episodes. {rest}",
        "several": len(metrics["conditions"]) > 1,
        "episodes": [_episode(t, labels) for t in episodes],
    }


def _first_groups(folder: RunFolder) -> list[dict[str, Any]]:
    """The episodes of the first groups; a group's episodes stand together in the file."""
    groups: dict[str, None] = {}
    shown = []
    for t in transcripts(folder.path):
        groups.setdefault(t["group"])
        if len(groups) > GROUPS_SHOWN:
            break
        shown.append(t)
    return shown


def _gain(name: str, gain: Mapping[str, Any]) -> dict[str, str]:
    n = ", ".join(f"{count:,} {what}" for what, count in gain["n"].items())
    return {
        "name": name,
        "draft": with_interval(gain["draft"]),
        "revised": with_interval(gain["revised"]),
        "gain": with_interval(gain),
        "n": n,
    }


def _agreement(conditions: Sequence[str], folder: RunFolder, labels: Sequence[str]) -> list[dict[str, str]]:
    """A figure for each condition: where people stood before, and how far they agreed with both statements."""
    counts = {c: {name: Counter[int]() for name in ("position on the proposition", *RATED)} for c in conditions}
    seats: Counter[str] = Counter()
    for t in transcripts(folder.path):
        own = counts[t["condition"]]
        seats[t["condition"]] += len(t["seats"])
        own["position on the proposition"].update(_codes((t["positions"] or {}).values()))
        for about in RATED:
            own[about].update(_codes(e.get(about) for e in (t["endorsements"] or {}).values()))
    figures = []
    for condition, own in counts.items():
        series = {name: [c[k] for k in range(1, len(labels) + 1)] for name, c in own.items()}
        name = f"Positions before, endorsements after ({condition})"
        figures.append(
            {"name": name, "condition": condition, "svg": agreement_figure(series, labels, seats[condition])}
        )
    return figures


def _codes(values: Any) -> list[int]:
    return [int(v) for v in values if isinstance(v, int)]


def _episode(t: Mapping[str, Any], labels: Sequence[str]) -> dict[str, Any]:
    return {
        "episode": t["episode"],
        "condition": t["condition"],
        "question": t["question"],
        "proposition": t["proposition"],
        "source": t["proposition_source"],
        "draft": _said(t["draft"]),
        "revised": _said(t["revised"]),
        "seats": [_seat(seat, person, t, labels) for seat, person in t["seats"].items()],
    }


def _seat(seat: str, person: Mapping[str, Any], t: Mapping[str, Any], labels: Sequence[str]) -> dict[str, str]:
    ratings = (t["endorsements"] or {}).get(seat, {})
    return {
        "seat": seat.replace("_", " "),
        "traits": ", ".join(person["attributes"].values()),
        "position": _label((t["positions"] or {}).get(seat), labels),
        "opinion": _said((t["opinions"] or {}).get(seat)),
        "critique": _said((t["critiques"] or {}).get(seat)),
        "draft": _label(ratings.get("draft"), labels),
        "revised": _label(ratings.get("revised"), labels),
    }


def _label(value: Any, labels: Sequence[str]) -> str:
    return f"{labels[value - 1]} ({value})" if isinstance(value, int) else _said(value)


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"missing: {value['missing']}"
    return "not asked" if value is None else str(value)
