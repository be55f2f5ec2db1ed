"""What came of asking: an answer, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypedDict


@dataclass(frozen=True, slots=True)
class Missing:
    """No answer, and why; never an empty text or a zero.

    Args:
        reason: One word: a model error's `reason`, or `declined`, `no_option`, `unparseable`, `empty`,
            `refusal`, `seat_lost`, `no_statement`, `no_story`, `not_asked`, `deadline`.
        raw: What was said instead, or the error's message.
    """

    reason: str
    raw: str = ""

    def as_state(self) -> MissingState:
        """As plain data, for a graph's state."""
        return {"missing": self.reason, "raw": self.raw}


class MissingState(TypedDict):
    """A `Missing` in a graph's state."""

    missing: str
    raw: str


def is_missing(value: Any) -> bool:
    """Whether a value of a graph's state stands for no answer."""
    return isinstance(value, dict) and "missing" in value


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to one question.

    Args:
        question: The question's code.
        answer: The code drawn from `probabilities` by the seed, or why there is none.
        probabilities: One per option in codebook order, summing to 1; empty when the model gave none.
        captured_mass: Probability the model put on the options at all, in [0, 1]; None when it gave none.
        option_order: The codes as they were presented.
        model: Whose weights answered.
        prompt_hash: Names the prompt in the journal; empty when none was made.
        order_asymmetry: Where both orders were asked, how far their answers lie apart (see `personas.orders`).
        primacy: Where both orders were asked, how far what stands first is favoured.
        prompt_hash_reversed: Names the prompt with the options reversed; empty where it was not asked.
    """

    question: str
    answer: str | Missing
    probabilities: tuple[float, ...] = ()
    captured_mass: float | None = None
    option_order: tuple[str, ...] = ()
    model: str = ""
    prompt_hash: str = ""
    order_asymmetry: float | None = None
    primacy: float | None = None
    prompt_hash_reversed: str = ""

    @property
    def code(self) -> str | None:
        """The code chosen, or None."""
        return None if isinstance(self.answer, Missing) else self.answer

    def as_row(self) -> dict[str, Any]:
        """As the plain data that a graph's state and `records.parquet` hold."""
        gone = self.answer if isinstance(self.answer, Missing) else None
        return {
            "item": self.question,
            "answer": self.code,
            "probabilities": list(self.probabilities) or None,
            "captured_mass": self.captured_mass,
            "missing": gone.reason if gone else None,
            "raw": gone.raw if gone else None,
            "option_order": list(self.option_order),
            "model": self.model,
            "prompt_hash": self.prompt_hash,
            "order_asymmetry": self.order_asymmetry,
            "primacy": self.primacy,
            "prompt_hash_reversed": self.prompt_hash_reversed or None,
        }
