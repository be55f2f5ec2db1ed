"""Models that say what is on record of an episode, so that it can be played again with somebody substituted (eq. 17, 21)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from ...models.errors import ModelError, UnsupportedError
from ...models.protocol import (
    Capabilities,
    Choice,
    ChooseRequest,
    Generation,
    LanguageModel,
    Request,
    Sampling,
    Score,
    ScoreRequest,
)
from .episodes import Episode, SeatWords

_CHOOSES = Capabilities(choose=("first_token", "full_option"))


class NotOnRecordError(ModelError):
    """Nobody said this: a step, a person or a statement that the record does not hold."""

    reason = "not_on_record"


class RecordedPeople:
    """The people of one episode, who say again what they said, and nothing else.

    `generate` gives the opinion, and the critique of the recorded draft; `choose` gives the position, and the ratings of
    the recorded statements, as certainties. Requests are told apart by their context, as the protocols send it.

    Args:
        episode: What is on record.
    """

    name = "recorded"
    capabilities = _CHOOSES

    def __init__(self, episode: Episode) -> None:
        self.episode = episode
        self._seats = {seat.persona: seat for seat in episode.seats}

    async def generate(self, request: Request) -> Generation:
        """The opinion or the critique on record.

        Raises:
            NotOnRecordError: There is none; a critique of another draft is none.
        """
        step, seat = request.context.get("step"), self._seat(request)
        if step == "critique":
            self._check("statement", self.episode.draft, request)
        if step in ("opinion", "critique"):
            self._check("question_text", self.episode.question, request)
        text = {"opinion": seat.opinion, "critique": seat.critique}.get(str(step))
        if not text:
            raise NotOnRecordError(f"episode {self.episode.id!r} holds no {step} of {seat.persona!r}")
        return Generation(text)

    async def choose(self, request: ChooseRequest) -> Choice:
        """The position or the rating on record, with probability 1.

        Raises:
            NotOnRecordError: There is none, it is none of the options, or the statement is another one.
        """
        step, seat = request.context.get("step"), self._seat(request)
        place = None
        if step in ("position", "rating"):
            place = _position(seat, request) if step == "position" else self._rating(seat, request)
        if place is None:
            raise NotOnRecordError(f"episode {self.episode.id!r} holds no {step} of {seat.persona!r} on this scale")
        return Choice(tuple(float(k == place) for k in range(len(request.options))), 1.0)

    async def score(self, request: ScoreRequest) -> Score:
        """Cannot be had: a record has no probabilities.

        Raises:
            UnsupportedError: Always.
        """
        raise UnsupportedError("what is on record has no log-likelihood; score with a model")

    async def aclose(self) -> None:
        """Has nothing to close."""

    def _seat(self, request: Request) -> SeatWords:
        persona = request.context.get("persona")
        if persona not in self._seats:
            raise NotOnRecordError(f"{persona!r} has no seat in episode {self.episode.id!r}")
        return self._seats[str(persona)]

    def _check(self, key: str, recorded: str | None, request: Request) -> None:
        if (recorded or "").strip() != str(request.context.get(key) or "").strip():
            raise NotOnRecordError(f"episode {self.episode.id!r} is on record with another {key.split('_')[0]}")

    def _rating(self, seat: SeatWords, request: ChooseRequest) -> int | None:
        statement = str(request.context.get("statement") or "").strip()
        texts = {"draft": self.episode.draft, "revised": self.episode.revised}
        found = [
            seat.ratings[name]
            for name, text in texts.items()
            if text and text.strip() == statement and name in seat.ratings
        ]
        ranks = list(request.context.get("option_rank") or range(len(request.options)))
        return ranks.index(int(found[0]) - 1) if found and found[0] - 1 in ranks else None


class RecordedMediator:
    """A mediator who gives the draft on record, the one that people criticised, and leaves all else to a model.

    Args:
        episode: What is on record.
        model: Who revises.
        sampling: How it is drawn; as the protocol asks by default.
    """

    def __init__(self, episode: Episode, model: LanguageModel, sampling: Sampling | None = None) -> None:
        self.episode, self.model, self.sampling = episode, model, sampling

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    @property
    def capabilities(self) -> Capabilities:
        """The model's capabilities."""
        return self.model.capabilities

    async def generate(self, request: Request) -> Generation:
        """The draft on record, or what the model writes.

        Raises:
            NotOnRecordError: There is no draft.
        """
        if request.context.get("step") != "draft":
            sampling = self.sampling or request.sampling
            return await self.model.generate(replace(request, sampling=sampling))
        if not self.episode.draft:
            raise NotOnRecordError(f"episode {self.episode.id!r} holds no draft")
        return Generation(self.episode.draft)

    async def choose(self, request: ChooseRequest) -> Choice:
        """As the model."""
        return await self.model.choose(request)

    async def score(self, request: ScoreRequest) -> Score:
        """As the model."""
        return await self.model.score(request)

    async def aclose(self) -> None:
        """Leaves the model open: it is shared."""


class Substitute:
    """A person on record who is represented in some steps: "every other step stays human" (eq. 17).

    Args:
        recorded: The people on record.
        representative: Speaks in the steps it was trained for.
        steps: Which these are.
    """

    def __init__(
        self, recorded: LanguageModel, representative: LanguageModel, steps: Collection[str] = ("critique",)
    ) -> None:
        self.recorded, self.representative, self.steps = recorded, representative, frozenset(steps)

    @property
    def name(self) -> str:
        """The representative's name."""
        return self.representative.name

    @property
    def capabilities(self) -> Capabilities:
        """What people on record and the representative can do."""
        return _CHOOSES

    async def generate(self, request: Request) -> Generation:
        """What the representative writes in its steps, else what is on record."""
        return await self._who(request).generate(request)

    async def choose(self, request: ChooseRequest) -> Choice:
        """What the representative chooses in its steps, else what is on record."""
        return await self._who(request).choose(request)

    async def score(self, request: ScoreRequest) -> Score:
        """As whoever speaks in the step."""
        return await self._who(request).score(request)

    async def aclose(self) -> None:
        """Leaves the models open: they are shared."""

    def _who(self, request: Request) -> LanguageModel:
        return self.representative if request.context.get("step") in self.steps else self.recorded


def _position(seat: SeatWords, request: ChooseRequest) -> int | None:
    held = (seat.position or "").strip().casefold()
    labels = [option.strip().casefold() for option in request.options]
    return labels.index(held) if held in labels else None
