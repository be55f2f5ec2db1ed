"""Each person's own texts: what an adapter of theirs is trained on, and what it is measured on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ....models.templates import PromptBook
from ..demonstration import Demonstration, demonstrations
from ..episodes import Episode, EpisodeSet
from ..prompting import Step
from ..variant import Variant


@dataclass(frozen=True)
class Personal:
    """One person's texts.

    Args:
        persona: The person's id.
        train: What the person said in all episodes but the last; no prompt among them tells of the last.
        held_out: What the person said in the last, with the earlier ones told as the variant has it.
    """

    persona: str
    train: tuple[Demonstration, ...]
    held_out: tuple[Demonstration, ...]


def personal_texts(
    episodes: EpisodeSet,
    variant: Variant,
    steps: Sequence[Step] = ("critique",),
    prompts: PromptBook | None = None,
) -> Iterator[Personal]:
    """The texts of everybody who spoke in two episodes or more, in the population's order.

    Args:
        episodes: The episodes, in the order in which they were held.
        variant: What is told of the person.
        steps: In which steps the adapter is to speak.
        prompts: Other prompt texts than the package's.
    """
    attended: dict[str, list[Episode]] = {}
    for episode in episodes.episodes:
        for seat in episode.seats:
            attended.setdefault(seat.persona, []).append(episode)
    for persona in episodes.population:
        found = _of_person(persona.id, episodes, attended.get(persona.id, []), variant, steps, prompts)
        if found:
            yield found


def _of_person(
    persona: str,
    episodes: EpisodeSet,
    attended: Sequence[Episode],
    variant: Variant,
    steps: Sequence[Step],
    prompts: PromptBook | None,
) -> Personal | None:
    def said(chosen: Sequence[Episode]) -> list[Demonstration]:
        found = demonstrations(episodes.of(chosen), variant, steps, prompts)
        return [d for d in found if d.persona == persona]

    whole = said(attended)
    if not whole:
        return None
    last = whole[-1].episode
    earlier = said([e for e in attended if e.id != last])
    held_out = [d for d in whole if d.episode == last]
    return Personal(persona, tuple(earlier), tuple(held_out)) if earlier else None
