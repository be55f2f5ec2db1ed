"""The one protocol behind which every model server stands.

A request is plain frozen data; a backend turns it into text (`generate`), a probability for every option
(`choose`) or a log-likelihood (`score`). Nothing here knows of a network.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Protocol, runtime_checkable

from .unicode_text import well_formed

Role = Literal["system", "user", "assistant"]
ChooseMethod = Literal["first_token", "full_option", "sampled", "structured"]
CHOOSE_METHODS: tuple[ChooseMethod, ...] = ("first_token", "full_option", "sampled", "structured")
DRAWING: tuple[ChooseMethod, ...] = ("sampled", "structured")  # the methods that draw answers
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Message:
    """One part of a prompt: who says it, and what."""

    role: Role
    content: str

    @cached_property
    def hash(self) -> bytes:
        """Names the content: 16 bytes. Kept, since a persona's preamble is part of many prompts."""
        return hashlib.blake2b(self.content.encode(), digest_size=16).digest()


@dataclass(frozen=True)
class Prompt:
    """What a model reads, as messages; a completion (non-chat) endpoint reads `text`.

    Keeping the parts apart lets the journal store a persona's long preamble once for all its questions.

    Args:
        messages: The parts in order.
    """

    messages: tuple[Message, ...]

    @classmethod
    def of(cls, text: str, system: str = "") -> Prompt:
        """A prompt of one user message, after a system message where one is given."""
        head = (Message("system", system),) if system else ()
        return cls((*head, Message("user", text)))

    @cached_property
    def text(self) -> str:
        """The parts as one text, what a base model continues: blank lines between them, a space before an answer."""
        return join_parts([(m.role, m.content) for m in self.messages])

    @cached_property
    def part_hashes(self) -> tuple[bytes, ...]:
        """A 16-byte hash of every part's content, in order."""
        return tuple([m.hash for m in self.messages])

    @cached_property
    def hash(self) -> str:
        """Names the prompt: 32 hexadecimal digits over roles and contents."""
        h = hashlib.blake2b(digest_size=16)
        for message, part in zip(self.messages, self.part_hashes, strict=True):
            h.update(message.role.encode() + b"\0" + part)
        return h.hexdigest()


def join_parts(parts: Sequence[tuple[str, str]]) -> str:
    """Roles and contents as one text; an assistant's turn follows "Answer:" on the same line."""
    text = "".join((" " if role == "assistant" else "\n\n") + content for role, content in parts)
    return text.lstrip("\n ")


@dataclass(frozen=True, slots=True)
class Sampling:
    """How text is drawn.

    Args:
        temperature: 0 is greedy; 1 is the model's own distribution.
        top_p: Nucleus mass kept, in (0, 1].
        max_tokens: The longest answer, in tokens.
        stop: The answer ends before any of these strings.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    max_tokens: int = 512
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What every call carries.

    Args:
        prompt: What the model reads.
        sampling: How text is drawn.
        seed: Derived from the names of study, unit and step (see `models.seeds`); None lets the server choose.
        replicate: Which of several independent draws of the same prompt this is; part of the journal's key.
        context: Plain values (persona id, attributes, step, question code). Real models ignore them, the
            synthetic model answers from them, and they are no part of the journal's key.
        schema: A JSON schema as text (see `models.schemas`) to which `generate` is held, where the model can be; "" asks
            for free text.
    """

    prompt: Prompt
    sampling: Sampling = Sampling()
    seed: int | None = None
    replicate: int = 0
    context: Mapping[str, Any] = field(default_factory=dict)
    schema: str = ""


@dataclass(frozen=True, slots=True)
class ChooseRequest(Request):
    """Asks for a probability for every option.

    Args:
        options: The option texts as presented; the prompt letters them (A), (B), ... in this order.
        method: `first_token` reads the probabilities of the option letters, `full_option` the likelihood of
            each whole option text after the prompt, `sampled` counts `draws` parsed answers, `structured` counts
            `draws` answers that the server forces to be an option's letter.
        draws: How many answers `sampled` and `structured` draw.
    """

    options: tuple[str, ...] = ()
    method: ChooseMethod = "first_token"
    draws: int = 10


@dataclass(frozen=True, slots=True)
class ScoreRequest(Request):
    """Asks how likely `continuation` is after the prompt."""

    continuation: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens one call read and wrote, as the server counts them; None where it does not say."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Generation:
    """A text.

    Args:
        text: The answer, without the stop string; halves of characters are written out (see `well_formed`).
        finish_reason: `stop`, `length` (cut off by `max_tokens`), `content_filter` or `refusal`.
        usage: Tokens.
    """

    text: str
    finish_reason: str = "stop"
    usage: Usage = Usage()

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", well_formed(self.text))


@dataclass(frozen=True, slots=True)
class Choice:
    """A probability for every option.

    Args:
        probabilities: One per option, in the order presented, summing to 1; all 0 when nothing was captured.
        captured_mass: How much probability the model put on the options at all, in [0, 1]. For `sampled`,
            the share of draws that named an option; None for `structured`, which leaves the model no other answer.
        raw: What was drawn, for `sampled`; the most likely other answer where nothing was captured.
        usage: Tokens.
    """

    probabilities: tuple[float, ...]
    captured_mass: float | None
    raw: str = ""
    usage: Usage = Usage()

    def __post_init__(self) -> None:
        object.__setattr__(self, "raw", well_formed(self.raw))


@dataclass(frozen=True, slots=True)
class Score:
    """The log-likelihood (natural logarithm, at most 0; higher is more likely) of a continuation."""

    log_likelihood: float
    tokens: int
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a backend can do; asking for anything else is an `UnsupportedError`.

    Args:
        generate: It writes text.
        score: It gives the log-likelihood of a given continuation.
        choose: The `choose` methods it offers.
        seed: It passes a seed on (no server promises bitwise replay: the journal is what replays).
        chat: It reads messages by role; otherwise one text that it continues.
        schema: It can be held to a JSON schema as it writes.
    """

    generate: bool = True
    score: bool = False
    choose: tuple[ChooseMethod, ...] = ()
    seed: bool = True
    chat: bool = True
    schema: bool = False


@runtime_checkable
class LanguageModel(Protocol):
    """What every backend offers.

    Attributes:
        name: Names the weights, never where they are served: `KIND:NAME`. Part of the journal's key.
        capabilities: What it can do.
    """

    @property
    def name(self) -> str:
        """Names the weights."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    async def generate(self, request: Request) -> Generation:
        """Writes a text after the prompt."""
        ...

    async def choose(self, request: ChooseRequest) -> Choice:
        """Gives a probability for every option."""
        ...

    async def score(self, request: ScoreRequest) -> Score:
        """Gives the log-likelihood of a continuation after the prompt."""
        ...

    async def aclose(self) -> None:
        """Frees connections and memory."""
        ...
