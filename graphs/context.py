"""What a protocol runs with: people, models, seeds and settings, none of which belongs into a graph's state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..models.protocol import LanguageModel, Message, Sampling
from ..models.templates import PromptBook
from ..personas.asking import Asking, Names
from ..personas.conditioning import condition
from ..personas.persona import Attribute, Persona
from ..personas.quoting import Quotes
from ..personas.representatives.prompting import Step, render_step
from ..personas.representatives.variant import Variant, is_variant
from .humans import Human

if TYPE_CHECKING:
    from .mediators.protocol import Mediator


class ContextError(ValueError):
    """A protocol lacks something it needs from its context."""


@lru_cache(maxsize=8)
def graph_prompts(overrides: Path | None = None) -> PromptBook:
    """The prompt texts of personas and protocols, with the user's own in place of those they override."""
    here = Path(__file__).parent
    return PromptBook(here.parent / "personas" / "prompts", here / "prompts", overrides=overrides)


@dataclass(frozen=True)
class Context:
    """What the nodes of a protocol share.

    Args:
        seats: Who sits where; a survey has the one seat `respondent`.
        models: By role: `participant` and, where a protocol or a study has one, `mediator`, `predictor` (who foretells
            rankings and payoffs for a mediator) and `judge`; and by name, for personas whose `model` is that name.
        study: The study's name; seeds derive from it.
        seed: The study's seed.
        unit: Names the episode, for the mediator's seeds.
        style: How personas are put before the model.
        attributes: How their traits are put into words.
        asking: How closed questions are asked.
        sampling: How free texts are drawn.
        prompts: The prompt texts.
        replicate: Which independent draw of the whole unit this is.
        mediator: The mechanism: how a group statement comes about; by default one statement of the mediator's model.
        humans: The seats that people hold. They are asked by interrupts, so the graph needs a checkpointer.

    Raises:
        ContextError: A person holds a seat that is not there, or the mediator is none.
    """

    seats: Mapping[str, Persona]
    models: Mapping[str, LanguageModel]
    study: str = "study"
    seed: int = 0
    unit: str = ""
    style: str = "qa"
    attributes: tuple[Attribute, ...] = ()
    asking: Asking = Asking()
    sampling: Sampling = Sampling()
    prompts: PromptBook = field(default_factory=graph_prompts)
    replicate: int = 0
    mediator: Mediator | None = None
    humans: Mapping[str, Human] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for seat in self.humans:
            if seat not in self.seats:
                raise ContextError(f"humans: no seat is called {seat!r}; there are {', '.join(self.seats) or 'none'}")
        if self.mediator is not None and not callable(self.mediator):
            raise ContextError(
                f"mediator: {self.mediator!r} is none; give a function of a case and a desk, such as find_mediator('habermas')"
            )

    def model_of(self, seat: str) -> LanguageModel:
        """The model through which a seat speaks: its persona's own, else the participants'.

        Where a condition answers with a model of its own, that one is `participant` here; it does not take the place
        of a persona's own model.

        Raises:
            ContextError: The persona names a model that is not there; or a person holds the seat, who is asked by
                `graphs.speaking.speak_as` and `answer_as` and by nothing else.
        """
        if seat in self.humans:
            raise ContextError(f"a person holds {seat!r}, and this step asks models alone; it cannot have `humans`")
        return self.representative_of(seat)

    def representative_of(self, seat: str) -> LanguageModel:
        """The model of a seat's persona, also where a person holds the seat.

        Raises:
            ContextError: The persona names a model that is not there.
        """
        return self.model(self.seats[seat].model or "participant")

    def model(self, role: str) -> LanguageModel:
        """The model of a role.

        Raises:
            ContextError: There is none.
        """
        if role not in self.models:
            raise ContextError(f"no model for {role!r}; the context has {', '.join(self.models) or 'none'}")
        return self.models[role]

    def style_of(self, seat: str) -> str:
        """How the seat's persona is put before its model: its own way, else the context's."""
        return self.seats[seat].style or self.style

    def preamble(self, seat: str, question: str = "", proposition: str = "") -> tuple[Message, ...]:
        """The message that binds the seat's persona; none where the style says nothing.

        Args:
            seat: The seat.
            question: What is under debate, where something is: kept out of what a representative is told of its past.
            proposition: Its declarative form, kept out as well.
        """
        persona, style = self.seats[seat], self.style_of(seat)
        text = condition(persona, style, self.attributes, self.prompts, question, proposition)
        return (Message("system", text),) if text else ()

    def text_prompt(self, step: Step, seat: str, declared: str, **slots: str) -> tuple[tuple[Message, ...], str]:
        """With what a seat is asked for a text: the message before, and the prompt, in which texts are quoted.

        A representative reads the prompt it was trained on, in which they are not.

        Args:
            step: `opinion` or `critique`.
            seat: The seat.
            declared: The question's declarative form; kept out of what a representative is told of its past.
            slots: Of the step's prompt; `question` among them.
        """
        style = self.style_of(seat)
        if not is_variant(style):
            return self.preamble(seat), self.plain_prompt(step, seat, **slots)
        known = {name: text for name, text in slots.items() if name in ("question", "opinion", "draft")}
        persona, variant = self.seats[seat], Variant.parse(style)
        known |= {"proposition": declared}
        return (), render_step(step, persona, variant, self.prompts, **known, attributes=self.attributes).text

    def plain_prompt(self, step: Step, seat: str, **slots: str) -> str:
        """The prompt of `text_prompt` without anything of a persona."""
        return self.prompts.fill(step, **self._quoted(step, seat, slots))

    def _quoted(self, step: Step, seat: str, slots: Mapping[str, str]) -> dict[str, str]:
        titles = {"opinion": "own_opinion_title", "draft": "draft_title"}
        if not titles.keys() & slots.keys():
            return dict(slots)
        quotes = Quotes.of(*self.names(self.seats[seat].id, slots["question"], step))
        texts = {n: quotes.block(slots[n], self.prompts.fill(title)) for n, title in titles.items() if n in slots}
        return {**slots, **texts, "quoting_rule": quotes.rule(self.prompts)}

    def names(self, persona: str, item: str, step: str) -> Names:
        """What seeds derive from: never the model, the mechanism or the folder."""
        return (self.study, self.seed, persona, item, self.replicate, step)
