"""What was said in the episodes of a protocol, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..export import transcripts
from ..folder import RunFolder

GROUPS_SHOWN = 50


def shown_episodes(folder: RunFolder, run: Mapping[str, Any]) -> dict[str, Any]:
    """The episodes of the first groups, and how many are not shown."""
    groups: dict[str, None] = {}
    shown = []
    for t in transcripts(folder.path):
        groups.setdefault(t["group"])
        if len(groups) > GROUPS_SHOWN:
            break
        shown.append(_episode(t))
    rest = f"The rest: minipublic transcript {folder.path} EPISODE." if run["units"] > len(shown) else ""
    return {"episodes": shown, "shown": f"{len(shown):,} of {run['units']:,} episodes. {rest}"}


def _episode(t: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "episode": t["episode"],
        "condition": t["condition"],
        "question": t["question"],
        "proposition": t.get("proposition", ""),
        "source": t.get("proposition_source", ""),
        "seats": [
            f"{seat.replace('_', ' ')} ({', '.join(p['attributes'].values())})" for seat, p in t["seats"].items()
        ],
        "statements": [(step.replace("_", " "), said(text)) for step, text in (t.get("statements") or {}).items()],
        "outcomes": [(step.replace("_", " "), _told(left)) for step, left in (t.get("outcomes") or {}).items()],
        "steps": [
            (step.replace("_", " "), [(who.replace("_", " "), said(text)) for who, text in by.items()])
            for step, by in (t.get("texts") or {}).items()
        ],
        "answers": [(step, _codes(by)) for step, by in _answered(t)],
    }


def _answered(t: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    keys = ("polls", "ratings", "rankings", "votes")
    return [(f"{step.replace('_', ' ')}", by) for key in keys for step, by in (t.get(key) or {}).items()]


def _codes(by: Mapping[str, Any]) -> str:
    return "; ".join(f"{seat.replace('_', ' ')}: {_told(held)}" for seat, held in by.items())


def _told(held: Any) -> str:
    if isinstance(held, Mapping) and "missing" in held:
        return f"missing: {held['missing']}"
    if isinstance(held, Mapping):
        return ", ".join(f"{key.replace('_', ' ')} {_told(value)}" for key, value in held.items())
    if isinstance(held, list):
        return "[" + ", ".join(_told(one) for one in held) + "]"
    return "none" if held is None else f"{held:.3g}" if isinstance(held, float) else str(held)


def said(text: Any) -> str:
    """A text, or why there is none."""
    return f"missing: {text['missing']}" if isinstance(text, Mapping) else str(text)
