"""The episodes of our own runs: simulated deliberations, from a run folder's transcripts.

An episode is one of a condition's, its session the group. Positions are the scale's labels, ratings the endorsements'
codes (1 and up, higher is more). What went missing in the run is not on record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from ...personas.persona import Persona
from ...personas.population import Population, PopulationError
from ...personas.questions import AGREEMENT
from ...personas.representatives.episodes import Episode, EpisodeError, EpisodeSet, SeatWords
from ..errors import InputError
from ..folder import RunFolder
from ..yaml_text import load_yaml
from .reading import Reading


def read_run(path: Path, condition: str = "") -> Reading:
    """Reads the episodes of a consensus run.

    Args:
        path: The run folder.
        condition: Which condition's, if there are several.

    Raises:
        InputError: It is no run folder, a survey's, not complete or damaged, or there are several conditions and none
            is chosen.
    """
    folder = RunFolder.open(path)
    study, _ = load_yaml(folder.study)
    if "consensus" not in study:
        raise InputError(f"{path}: only a run of kind consensus has episodes, and this one is a {study.get('kind')}")
    if not folder.transcripts.is_file():
        raise InputError(f"{path}: no transcripts.jsonl yet; run the study's command again to complete it")
    labels = study["consensus"].get("labels") or AGREEMENT
    lines = _of_condition(list(_lines(folder.transcripts)), condition, path)
    left_out: Counter[str] = Counter()
    people: dict[str, Persona] = {}
    try:
        episodes = tuple(_episode(line, labels, people, left_out) for line in lines)
        return Reading(EpisodeSet(Population(tuple(people.values())), episodes), dict(left_out))
    except (KeyError, TypeError, IndexError, EpisodeError, PopulationError) as error:
        raise InputError(f"{folder.transcripts}: not a transcript ({error!r}); was it edited?") from error


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as lines:
        for k, line in enumerate(lines, start=1):
            try:
                yield orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise InputError(f"{path}:{k}: not readable ({error}); is the file complete?") from error


def _of_condition(lines: Sequence[dict[str, Any]], condition: str, path: Path) -> list[dict[str, Any]]:
    known = list(dict.fromkeys(line["condition"] for line in lines))
    if condition and condition not in known:
        raise InputError(f"{path}: no condition {condition!r}; there are {', '.join(known)}")
    if not condition and len(known) > 1:
        raise InputError(f"{path}: several conditions ({', '.join(known)}); choose one with the option condition")
    return [line for line in lines if not condition or line["condition"] == condition]


def _episode(
    line: Mapping[str, Any], labels: Sequence[str], people: dict[str, Persona], left_out: Counter[str]
) -> Episode:
    def text(what: str, value: Any) -> str | None:
        if isinstance(value, Mapping):
            left_out[f"{what} missing: {value['missing']}"] += 1
            return None
        return str(value) if value else None

    seats = []
    for seat, person in line["seats"].items():
        persona = Persona(person["persona"], person["attributes"], weight=person["weight"])
        people.setdefault(persona.id, persona)
        said = {what: (line[what] or {}).get(seat) for what in ("positions", "opinions", "critiques")}
        position, opinion, critique = (text(what, value) for what, value in said.items())
        ratings = {name: text("endorsements", v) for name, v in (line["endorsements"] or {}).get(seat, {}).items()}
        given = {name: float(code) for name, code in ratings.items() if code}
        label = labels[int(position) - 1] if position else None
        seats.append(SeatWords(persona.id, label, opinion, critique, given))
    draft, revised = text("drafts", line["draft"]), text("revised statements", line["revised"])
    proposition = text("propositions", line["proposition"]) or ""
    return Episode(line["episode"], line["group"], line["question"], proposition, draft, revised, tuple(seats))
