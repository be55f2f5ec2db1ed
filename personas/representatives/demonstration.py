"""Demonstrations: what a person really wrote, beside the prompt with which a representative is asked for it (eq. 17-18)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...models.protocol import Prompt
from ...models.templates import PromptBook
from ..payoffs import persona_prompts
from .episodes import Episode, EpisodeSet, SeatWords
from .prompting import Step, render_step
from .variant import Variant


@dataclass(frozen=True, slots=True)
class Demonstration:
    """One text a person wrote.

    Args:
        episode: The episode's id.
        session: The group's; the cluster of intervals.
        persona: The person's id.
        step: `opinion` or `critique`.
        prompt: What a representative reads.
        text: What the person wrote, without blanks around it.
        used: By letter, how much of D, O, C and P is in the prompt.
    """

    episode: str
    session: str
    persona: str
    step: Step
    prompt: Prompt
    text: str
    used: Mapping[str, int]

    def continuation(self, chat: bool) -> str:
        """The text as it follows the prompt: after a blank where a model continues the prompt's own text."""
        return self.text if chat else f" {self.text}"


def demonstrations(
    episodes: EpisodeSet,
    variant: Variant = Variant(),
    steps: Sequence[Step] = ("critique",),
    prompts: PromptBook | None = None,
) -> list[Demonstration]:
    """Every text on record, by episode, seat and step.

    A critique without an opinion or a draft on record has no prompt, and is left out.

    Args:
        episodes: The episodes; a person's past is taken from this set alone.
        variant: What is told of the person.
        steps: Which steps.
        prompts: Other prompt texts than the package's.
    """
    book = prompts or persona_prompts()
    return list(_demonstrations(episodes, variant, steps, book))


def _demonstrations(
    episodes: EpisodeSet, variant: Variant, steps: Sequence[Step], prompts: PromptBook
) -> Iterator[Demonstration]:
    for episode in episodes.episodes:
        for seat in episode.seats:
            for step in steps:
                text = _said(step, seat, episode)
                if text:
                    rendered = render_step(
                        step,
                        episodes.persona(seat.persona, but=episode),
                        variant,
                        prompts,
                        question=episode.question,
                        proposition=episode.proposition,
                        opinion=seat.opinion or "",
                        draft=episode.draft or "",
                        attributes=episodes.population.attributes,
                    )
                    own = (episode.id, episode.session, seat.persona, step)
                    yield Demonstration(*own, Prompt.of(rendered.text), text, rendered.used)


def _said(step: Step, seat: SeatWords, episode: Episode) -> str:
    if step == "critique" and not (seat.opinion and episode.draft):
        return ""
    return ((seat.opinion if step == "opinion" else seat.critique) or "").strip()
