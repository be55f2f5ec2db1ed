"""People in seats: where a person sits, the graph is interrupted and goes on with what the person replies.

What is asked is an interrupt's value: plain data that a page, a terminal or LangGraph's Studio can show.

    {"seat", "step", "kind": "text" | "choice", "prompt", "options": [{"key", "code", "text"}, ...],
     "deadline_s", "otherwise", "problem", "unit", "names"}

The reply is `{"text": ...}`, `{"answer": ...}` (an option's key, code, letter or words), `{"declined": why}` or
`{"deadline": true}`; a text or an answer may stand alone. One that does not fit is asked for again, and `problem` says why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from langgraph.types import interrupt

from ..models.protocol import LETTERS
from ..models.templates import PromptBook
from ..models.unicode_text import well_formed
from ..personas.answers import Answer, Missing
from ..personas.asking import Names, code_or_declined
from ..personas.questions import Option, Question

Otherwise = Literal["missing", "representative"]
Wanted = dict[str, Any]
DEADLINE = "deadline"
_SHORT = 3  # characters of a code that is typed as it stands
_QUOTED = re.compile(  # as `personas.quoting` quotes
    r"^\[BEGIN (?P<title>.+) (?P<mark>[0-9a-f]{16})\]\n(?P<text>.*?)\n\[END (?P=title) (?P=mark)\]$",
    re.DOTALL | re.MULTILINE,
)
_CUE = re.compile(r"\n\w+( \w+)?:\s*\Z")
_WAYS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("key", str),
    ("code", str),
    *((way, str.casefold) for way in ("key", "code", "letter", "text")),
)


class ReplyError(ValueError):
    """A reply does not fit what was asked; says what would."""


@dataclass(frozen=True, slots=True)
class Human:
    """A person who holds a seat.

    Args:
        name: Told in the records, `human:NAME`; without one they say `human`.
        deadline_s: How long each reply may take, in seconds; None waits for ever.
        otherwise: What stands for a reply that does not come in time: `missing` is `Missing("deadline")`,
            `representative` what the seat's persona says through its model.
    """

    name: str = ""
    deadline_s: float | None = None
    otherwise: Otherwise = "missing"

    @property
    def label(self) -> str:
        """What records say in the place of a model."""
        return f"human:{self.name}" if self.name else "human"

    def stands_in(self, model: str) -> str:
        """What records say of a model that spoke in this person's place."""
        return f"{model} for {self.label}"

    def is_represented(self, said: str | Missing) -> bool:
        """Whether the seat's persona speaks instead."""
        return isinstance(said, Missing) and said.reason == DEADLINE and self.otherwise == "representative"


def text_wanted(human: Human, seat: str, step: str, prompt: str, names: Names, unit: str = "") -> Wanted:
    """What a person is asked for where a text is wanted.

    Args:
        human: Who sits there.
        seat: The seat.
        step: What the text is.
        prompt: What the person reads.
        names: What a model's seed would derive from: they name the call.
        unit: The episode's group.
    """
    return _wanted(human, seat, step, names, unit) | {"kind": "text", "prompt": prompt, "options": []}


def choice_wanted(human: Human, seat: str, question: Question, prompt: str, names: Names, unit: str = "") -> Wanted:
    """What a person is asked for where one of several options is wanted; options stand in the codebook's order.

    Args:
        human: Who sits there.
        seat: The seat.
        question: What is asked.
        prompt: What the person reads.
        names: What a model's seed would derive from: they name the call.
        unit: The episode's group.
    """
    keys = _keys(question.options)
    options = [{"key": key, "code": o.code, "text": o.text} for key, o in zip(keys, question.options, strict=True)]
    wanted = _wanted(human, seat, question.code, names, unit)
    return wanted | {"kind": "choice", "prompt": prompt, "options": options}


def _wanted(human: Human, seat: str, step: str, names: Names, unit: str) -> Wanted:
    rule = {"deadline_s": human.deadline_s, "otherwise": human.otherwise}
    # Without the study and its seed: with them, one could tell by which marks one's words will be quoted.
    named = list(names[2:])
    return {"seat": seat, "step": step, "unit": unit, "names": named, "problem": "", **rule}


def _keys(options: Sequence[Option]) -> list[str]:
    """What is typed for each option: short codes as they stand, else numbers that are nobody else's code."""
    codes = [o.code for o in options]
    numbers = [str(k) for k in range(1, len(codes) + 1)]
    return codes if all(len(c) <= _SHORT for c in codes) or set(numbers) & set(codes) else numbers


def for_reader(prompt: str, prompts: PromptBook) -> str:
    """A prompt as a person reads it.

    Quoted texts stand behind `> ` instead of between marks, and the cue at the end, such as `Opinion:`, that a model goes
    on from is left out.
    """
    plain = prompt.replace(prompts.fill("quoting_rule") + "\n\n", "", 1)
    return _CUE.sub("", _QUOTED.sub(_behind_signs, plain)).rstrip()


def _behind_signs(found: re.Match[str]) -> str:
    lines = [f"> {line}".rstrip() for line in found["text"].split("\n")]
    introduced = found.string[: found.start()].rstrip().endswith(":")
    return "\n".join(lines if introduced else [f"{found['title']}:", *lines])


def ask_person(wanted: Wanted) -> str | Missing:
    """Asks a person by an interrupt of the graph, again where the reply does not fit.

    Returns:
        The text or the option's code; or `Missing("deadline")` or `Missing("declined", why)`.
    """
    problem = ""
    while True:
        try:
            return read_reply(wanted, interrupt({**wanted, "problem": problem}))
        except ReplyError as error:
            problem = str(error)


def read_reply(wanted: Mapping[str, Any], reply: Any) -> str | Missing:
    """What a person replied: a text, an option's code, or why there is neither.

    Raises:
        ReplyError: The reply does not fit what was asked.
    """
    wants_text = wanted["kind"] == "text"
    if not isinstance(reply, Mapping):
        return _text(reply) if wants_text else _code(wanted, reply)
    if reply.get(DEADLINE):
        return Missing(DEADLINE)
    declined = reply.get("declined")
    if declined not in (None, False):
        return Missing("declined", _readable(declined) if isinstance(declined, str) else "")
    field = "text" if wants_text else "answer"
    if field not in reply:
        said = ", ".join(map(str, reply)) or "nothing"
        raise ReplyError(f'reply with {{"{field}": …}}, {{"declined": "why"}} or {{"deadline": true}}; got {said}')
    return _text(reply[field]) if wants_text else _code(wanted, reply[field])


def as_reply(wanted: Mapping[str, Any], said: str | Missing) -> dict[str, Any]:
    """The reply that `read_reply` reads as this."""
    if not isinstance(said, Missing):
        return {"text" if wanted["kind"] == "text" else "answer": said}
    return {DEADLINE: True} if said.reason == DEADLINE else {"declined": said.raw or True}


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise ReplyError(f"a text is wanted, not {type(given).__name__}")
    text = _readable(given).strip()
    if not text:
        raise ReplyError("nothing was written; write at least a word, or decline")
    return text


def _readable(text: str) -> str:
    return well_formed(text)  # half a character can be neither stored nor sent


def _code(wanted: Mapping[str, Any], given: Any) -> str:
    """The code of the option that was meant: by its key, then its code, its letter, its words."""
    said, options = str(given).strip(), wanted["options"]
    letters = [{"letter": letter} for letter in LETTERS]
    named = [{**option, **letter} for option, letter in zip(options, letters, strict=False)]
    for way, fold in _WAYS:
        for option in named:
            if fold(option.get(way, "")) == fold(said):
                return str(option["code"])
    keys = ", ".join(option["key"] for option in options)
    raise ReplyError(f"{said!r} is none of the options; answer with one of {keys}")


def person_answer(question: Question, said: str | Missing, human: Human) -> Answer:
    """A person's answer: all the probability is on what was chosen, and no model captured any."""
    order = question.codes
    if isinstance(said, Missing):
        return Answer(question.code, said, option_order=order, model=human.label)
    chosen = order.index(said)
    certain = tuple([float(k == chosen) for k in range(len(order))])
    return Answer(
        question.code, code_or_declined(question.options[chosen]), certain, option_order=order, model=human.label
    )
