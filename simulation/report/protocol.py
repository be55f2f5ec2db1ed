"""The report's part on a protocol made of steps: tables of what changed, what was endorsed and how votes came out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..folder import RunFolder
from .episodes import shown_episodes
from .mechanisms import mechanism_parts
from .numbers import with_interval
from .rounds_figure import rounds_figure

Metrics = Mapping[str, Any]
CHANGES = (
    ("before", "before"),
    ("after", "after"),
    ("change", "change"),
    ("gross", "size of a person's change"),
    ("crossed", "changed sides (share)"),
    ("between_groups", "variance between groups"),
    ("extremity", "moved to the ends"),
)
SPREADS = (
    ("iqr", "interquartile range ↓"),
    ("variance", "variance ↓"),
    ("agreement", "consensus A ↑"),
    ("changed", "changed their answer"),
)
TOPOLOGY = (
    ("variance", "variance"),
    ("polarisation", "polarisation (Esteban and Ray)"),
    ("local_agreement", "agreement with those heard"),
)

# What stands beneath the tables.
PEOPLE = "The same people in both conditions; in points of the item's scale; 95 % intervals by bootstrap over groups."
CHANGE = (
    "From the first poll to the last, in points of each item's scale, expected answers of the same people; 95 % "
    "intervals by bootstrap over groups. “Moved to the ends”: how much further groups' means are from the scale's "
    "middle than before."
)
GROUP = (
    "A group's interval says how far its members' changes scatter, as if they were a sample of independent "
    "people; it does not say what another discussion would bring. A group's means before and after have none of "
    "their own."
)
POLLS = (
    "Within groups, means over groups; 95 % intervals by bootstrap over groups. Consensus A: van der Eijk (2001), "
    "from −1 to 1."
)
RATED = (
    "In points of the scale, from 1; 95 % intervals by bootstrap over groups. Where a protocol ends early, later "
    "statements are rated by fewer groups, and those are not alike."
)
VOTES = (
    "Shares of groups, with 95 % Wilson intervals (clustered where a group votes several times). “First majority "
    "wins”: of the groups with a majority at the first ballot, how many end with its verdict."
)
VERDICTS = "The same groups in both conditions; differences of shares with 95 % intervals."
HEARD = (
    "Of positions within groups, means over groups; 95 % intervals by bootstrap over groups. A change above 0 is "
    "a rise."
)


def protocol_parts(folder: RunFolder, run: Metrics, metrics: Metrics) -> dict[str, Any]:
    """What the page's template needs for a protocol."""
    conditions = metrics["conditions"]
    return {
        "protocol": metrics["protocol"] or "of the study's own steps",
        "blocks": [block for block in _blocks(conditions, metrics) if block["rows"]],
        "mechanisms": mechanism_parts(metrics["mechanisms"]),
        "several": len(conditions) > 1,
        **shown_episodes(folder, run),
    }


def _blocks(conditions: Metrics, metrics: Metrics) -> Iterator[dict[str, Any]]:
    yield _change_block(conditions)
    yield {
        "title": "Difference in change between conditions",
        "heads": ["a − b", "item", "change of a minus change of b", "people"],
        "rows": [[f"{p['a']} − {p['b']}", p["item"], with_interval(p), f"{p['n']:,}"] for p in metrics["change_pairs"]],
        "note": PEOPLE,
    }
    yield from _group_blocks(conditions)
    yield _rounds_block(conditions)
    yield _ratings_block(conditions)
    yield from _vote_blocks(conditions, metrics["vote_pairs"])
    yield _topology_block(metrics["topologies"])


def _change_block(conditions: Metrics) -> dict[str, Any]:
    rows = [
        [name, item, *(with_interval(numbers[key]) for key, _ in CHANGES), f"{numbers['change']['n']:,}"]
        for name, found in conditions.items()
        for item, numbers in ((found["change"] or {}).get("items") or {}).items()
    ]
    return {
        "title": "How opinions changed",
        "heads": ["condition", "item", *(head for _, head in CHANGES), "people"],
        "rows": rows,
        "note": CHANGE,
    }


def _group_blocks(conditions: Metrics) -> Iterator[dict[str, Any]]:
    for name, found in conditions.items():
        groups = (found["change"] or {}).get("groups", [])
        yield {
            "title": f"Group by group: {name}",
            "folded": True,
            "heads": ["group", "item", "before", "after", "change", "people"],
            "rows": [
                [
                    g["group"],
                    item,
                    _plain(n["before"]),
                    _plain(n["after"]),
                    with_interval(n["change"]),
                    str(n["change"]["n"]),
                ]
                for g in groups
                for item, n in g["items"].items()
            ],
            "note": GROUP,
        }


def _plain(held: Any) -> str:
    value = held.get("value") if isinstance(held, Mapping) else held
    return "–" if value is None else f"{value:.2f}"


def _rounds_block(conditions: Metrics) -> dict[str, Any]:
    rows, panels = [], {}
    for name, found in conditions.items():
        for item, numbers in (found["rounds"] or {}).items():
            panels[f"{item} ({name})"] = numbers["rounds"]
            for row in numbers["rounds"]:
                cells = [with_interval(row[key]) if key in row else "first round" for key, _ in SPREADS]
                rows.append([name, item, str(row["round"]), *cells, f"{row['panels']:,}"])
    several = any(len(rounds) > 2 for rounds in panels.values())
    return {
        "title": "From poll to poll",
        "heads": ["condition", "item", "poll", *(head for _, head in SPREADS), "groups"],
        "rows": rows,
        "figure": rounds_figure(panels) if several else "",
        "note": POLLS,
    }


def _ratings_block(conditions: Metrics) -> dict[str, Any]:
    return {
        "title": "Agreement with statements",
        "heads": ["condition", "step", "statement", "expected agreement", "n"],
        "rows": [
            [name, r["step"], r["item"], with_interval(r), f"{r['n']['seats']:,} seats, {r['n']['groups']:,} groups"]
            for name, found in conditions.items()
            for r in found["ratings"]
        ],
        "note": RATED,
    }


def _vote_blocks(conditions: Metrics, pairs: Sequence[Metrics]) -> Iterator[dict[str, Any]]:
    voted = {name: found["votes"] for name, found in conditions.items() if found["votes"]}
    options = list(dict.fromkeys(option for votes in voted.values() for option in votes["options"]))
    yield {
        "title": "How votes came out",
        "heads": ["condition", *options, "undecided (hung)", "first majority wins", "groups"],
        "rows": [
            [
                name,
                *(with_interval(v["verdicts"][o]) if o in v["verdicts"] else "–" for o in options),
                with_interval(v["hung"]),
                with_interval(v["first_majority_wins"]),
                f"{v['n']['juries']:,}",
            ]
            for name, v in voted.items()
        ],
        "note": VOTES,
    }
    yield {
        "title": "Difference in verdicts between conditions",
        "heads": ["a − b", *options, "undecided (hung)"],
        "rows": [
            [
                f"{p['a']} − {p['b']}",
                *(with_interval(p[o]) if o in p else "–" for o in options),
                with_interval(p["hung"]),
            ]
            for p in pairs
        ],
        "note": VERDICTS,
    }


def _topology_block(topologies: Metrics | None) -> dict[str, Any]:
    found = (topologies or {}).get("topologies", {})
    return {
        "title": "Polarisation, by who hears whom",
        "heads": ["condition", *(f"{head}: {when}" for _, head in TOPOLOGY for when in ("before", "change"))],
        "rows": [
            [name, *(with_interval(numbers[key][when]) for key, _ in TOPOLOGY for when in ("before", "change"))]
            for name, numbers in found.items()
        ],
        "note": HEARD,
    }
