"""The files of one pool, written as stories are finished."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from ...personas.answers import Missing
from ...personas.persona import Persona
from ..records import LineWriter, TableWriter
from .work import StoryOutcome, StoryUnit

STORY_COLUMNS = {
    "persona": "string",
    "turn": "int32",
    "question": "string",
    "status": "string",
    "missing": "string",
    "raw": "string",
    "attempts": "int32",
    "words": "int32",
    "tokens": "int32",
    "finish_reason": "string",
    "model": "string",
    "prompt_hash": "string",
    "critic": "string",
    "critic_missing": "string",
}
DUPLICATE = 0.5  # the overlap of word 5-grams from which on two stories count as near-duplicates
# What is a result and stays one; any other reason is a call that failed, and is asked again.
FINAL = ("rejected", "empty", "refusal", "content_filter", "unparseable")


class PoolFolder:
    """The files of one pool.

    Args:
        path: The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.population = path / "population.jsonl"
        self.stories = path / "stories.parquet"
        self.rejections = path / "rejections.jsonl"
        self.traits = path / "traits.jsonl"
        self.embeddings = path / "embeddings.npz"
        self.summary = path / "summary.json"
        self.page = path / "page.html"


class PoolTables:
    """Writes what stories leave, and counts it.

    Args:
        folder: Of the pool.
    """

    def __init__(self, folder: PoolFolder) -> None:
        folder.path.mkdir(parents=True, exist_ok=True)
        self.stories = self.answers = self.rejected = 0
        self.missing: Counter[str] = Counter()  # stories that are not there, by reason
        self.marks: Counter[str] = Counter()  # answers and traits that are there, but not as they should be
        self.unfinished = 0  # what failed on the way, and is asked again on the next start
        self._stories = TableWriter(folder.stories, STORY_COLUMNS)
        self._rejections, self._traits = LineWriter(folder.rejections), LineWriter(folder.traits)
        self._population = LineWriter(folder.population)

    def add(self, unit: StoryUnit, outcome: StoryOutcome) -> None:
        """Writes one story."""
        persona = unit.persona.id
        for row in outcome.answers:
            self._stories.add({**row, "persona": persona})
            self._add_answer(persona, row)
        if isinstance(outcome.story, Missing):
            self.missing[outcome.story.reason] += 1
            self.unfinished += outcome.story.reason not in FINAL
            return
        self.stories += 1
        self._population.add(persona_row(outcome.story))
        if outcome.traits:
            self._traits.add({"persona": persona, "traits": outcome.traits})
        failed = sum(row["source"] == "missing" for row in outcome.traits.values())
        self.marks.update({"trait_missing": failed} if failed else {})
        self.unfinished += failed

    def _add_answer(self, persona: str, row: dict[str, Any]) -> None:
        self.answers += 1
        for found in row.get("rejections", ()):
            self._rejections.add({"persona": persona, "turn": row["turn"], **found})
        self.rejected += len({found["attempt"] for found in row.get("rejections", ())})
        if row["status"] in ("kept", "not_judged"):
            self.marks[row["status"]] += 1
        # A verdict nobody could read is a result; a call that failed is asked again.
        self.unfinished += row["status"] == "not_judged" and bool(row.get("critic_failed"))

    def close(self) -> None:
        """Completes the files."""
        for table in (self._stories, self._rejections, self._traits, self._population):
            table.close()


def persona_row(persona: Persona) -> dict[str, Any]:
    """A persona as a line of a population file."""
    row: dict[str, Any] = {"id": persona.id, "attributes": dict(persona.attributes), "weight": persona.weight}
    row |= {"backstory": persona.backstory} if persona.backstory else {}
    row |= {"interview": [{"question": t.question, "answer": t.answer} for t in persona.interview]}
    row |= {"traits": {name: dict(d) for name, d in persona.traits.items()}} if persona.traits else {}
    row |= {"model": persona.model} if persona.model else {}
    return row if persona.interview else {k: v for k, v in row.items() if k != "interview"}
