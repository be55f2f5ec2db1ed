"""A study rehearsed: what each person or group would ask, with placeholders for the answers."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from ..graphs.mediators.rankings import render_ranking
from ..models.budget import most_written, readings
from ..models.journal import Entry, Journal
from ..models.journaled import JournaledModel
from ..models.protocol import (
    CHOOSE_METHODS,
    DRAWING,
    Capabilities,
    Choice,
    ChooseRequest,
    Generation,
    LanguageModel,
    Request,
    Score,
    ScoreRequest,
)
from .humans.rehearsing import rehearsed_table
from .humans.replies import Replies
from .placeholders import with_placeholders
from .plan import Plan, Unit
from .work import make_work

# Pads a placeholder to a text's length; no prompt holds this character, so it can be taken out again to show one.
_PADDING = "\ue000"
# Tells placeholders apart, as what different people say differs: texts that are alike would be asked about once.
_MARK, _MARK_BYTES = 0xE100, 4
_UNSHOWN = re.compile("[\ue000\ue100-\ue1ff]")


@dataclass(frozen=True, slots=True)
class Texts:
    """How long the answers of a rehearsal are taken to be.

    Args:
        share: Of the longest allowed text.
        characters: Per token.
        readable: Lists of answers and rankings can be read at the first try; else they are asked again as often as a run
            would.
    """

    share: float
    characters: float
    readable: bool = True


@dataclass(slots=True)
class Asked:
    """What one person or group would ask of one model.

    Args:
        calls: Calls, as the journal counts them: a choice is one, however it is read.
        characters: Of the prompts, if a server counts a prompt once, however many answers it draws or options it weighs.
        most_characters: The same, if it counts the prompt for every draw and option.
        tokens: Written, if texts have the length rehearsed and drawn choices are a letter.
        most_tokens: The same, if drawn choices are as long as allowed.
    """

    calls: int = 0
    characters: int = 0
    most_characters: int = 0
    tokens: float = 0.0
    most_tokens: float = 0.0


Rows = Mapping[str, Mapping[str, Asked]]


@dataclass(slots=True)
class Rehearsal:
    """Answers every request with a placeholder and notes what was asked.

    Args:
        name: Of the model it stands for; part of a call's key.
        texts: How long its answers are.
        asked: Of the person under way.
        prompts: One prompt of each kind.
    """

    name: str
    texts: Texts
    asked: Asked = field(default_factory=Asked)
    prompts: dict[str, str] = field(default_factory=dict)
    capabilities: Capabilities = Capabilities(score=True, choose=CHOOSE_METHODS)

    async def generate(self, request: Request) -> Generation:
        """Notes the request and gives a placeholder of the length rehearsed."""
        tokens, length = max(1.0, self.texts.share * request.sampling.max_tokens), len(request.prompt.text)
        items = request.context.get("items")
        if request.context.get("step") == "battery" and isinstance(items, list) and self.texts.readable:
            self._note(request, (length, length), (len(items), tokens))
            return Generation("\n".join(f"{k}. (A)" for k in range(1, len(items) + 1)))
        self._note(request, (length, length), (tokens, tokens))
        ranked = request.context.get("candidates")
        # A ranking that is never read would spare the run all that follows.
        if isinstance(ranked, list) and (self.texts.readable or request.context.get("last_attempt", True)):
            return Generation(render_ranking(range(len(ranked))))
        text = f"[{request.context.get('step', 'text')} of up to {request.sampling.max_tokens} tokens]{_mark(request)}"
        return Generation(text + _PADDING * (round(tokens * self.texts.characters) - len(text)))

    async def choose(self, request: ChooseRequest) -> Choice:
        """Notes the request; every option is as likely."""
        length = len(request.prompt.text)
        texts = sum(len(option) + 1 for option in request.options) if request.method == "full_option" else 0
        least = request.draws if request.method in DRAWING else 1
        characters = (length + texts, length * readings(request) + texts)
        self._note(request, characters, (least, most_written(request)))
        return Choice(tuple(1 / len(request.options) for _ in request.options), 1.0)

    async def score(self, request: ScoreRequest) -> Score:
        """Notes the request."""
        length = len(request.prompt.text) + len(request.continuation)
        self._note(request, (length, length), (0, 1))
        return Score(0.0, 1)

    async def aclose(self) -> None:
        """Has nothing to close."""

    def _note(self, request: Request, characters: tuple[int, int], tokens: tuple[float, float]) -> None:
        self.asked.calls += 1
        self.asked.characters += characters[0]
        self.asked.most_characters += characters[1]
        self.asked.tokens += tokens[0]
        self.asked.most_tokens += tokens[1]
        step, style = request.context.get("step", "text"), request.context.get("style")
        kind = f"{step} ({style})" if style else str(step)
        if kind not in self.prompts:
            self.prompts[kind] = _UNSHOWN.sub("", request.prompt.text)


def _mark(request: Request) -> str:
    """What tells the answer to this request from others, and is not shown."""
    told = repr((request.prompt.hash, request.seed, request.replicate)).encode()
    return "".join(chr(_MARK + byte) for byte in hashlib.blake2b(told, digest_size=_MARK_BYTES).digest())


class Remembered(Journal):
    """Stands in for a journal and writes nothing: what a run would not ask twice is not counted twice."""

    def __init__(self) -> None:
        self.seen: dict[bytes, bytes] = {}

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The results of the same calls earlier on."""
        return {key: self.seen[key] for key in keys if key in self.seen}

    async def put(self, entries: Sequence[Entry]) -> None:
        """Remembers calls."""
        self.seen |= {entry.key: entry.result for entry in entries}


def people_of(plan: Plan, limit: int | None = None) -> Iterator[tuple[str, list[Unit]]]:
    """Every person (of a survey) or group (of a deliberation) with its units, in the order of the run."""
    for name, units in groupby(plan.units(limit), key=owner):
        yield name, list(units)


def owner(unit: Unit) -> str:
    """Whose unit it is: the group's, or the respondent's."""
    return unit.group or unit.seats["respondent"].id


def spread(count: int, most: int) -> list[int]:
    """At most `most` places, evenly spread over `count`, the first one included."""
    return list(range(count)) if count <= most else [k * count // most for k in range(most)]


def rehearse(
    plan: Plan, chosen: Collection[str], texts: Texts, limit: int | None = None
) -> tuple[dict[str, dict[str, Asked]], dict[str, str]]:
    """What the chosen people or groups would ask.

    Args:
        plan: What would be run.
        chosen: Their names.
        texts: How long answers are taken to be.
        limit: Only the first people or groups.

    Returns:
        By name, in the order of the run, what each of them asks of each model (`role_key`); and one prompt of each
        kind.
    """
    plan = with_placeholders(plan, texts.share, texts.characters, _PADDING)
    models = {key: Rehearsal(key, texts) for key in plan.model_configs()}
    rows: dict[str, dict[str, Asked]] = {}

    def before() -> None:
        for model in models.values():
            model.asked = Asked()

    def after(name: str) -> None:
        rows[name] = {key: model.asked for key, model in models.items()}

    people = ((name, units) for name, units in people_of(plan, limit) if name in chosen)
    act(plan, people, {key: JournaledModel(m, Remembered()) for key, m in models.items()}, before, after)
    prompts: dict[str, str] = {}
    for model in models.values():
        prompts = model.prompts | prompts
    return rows, prompts


def act(
    plan: Plan,
    people: Iterable[tuple[str, list[Unit]]],
    models: Mapping[str, LanguageModel],
    before: Callable[[], None] = lambda: None,
    after: Callable[[str], None] = lambda _: None,
    replies: Replies | None = None,
) -> None:
    """Runs people one after the other on stand-ins for the models.

    Args:
        plan: What is run.
        people: Names and units.
        models: By `role_key`.
        before: Called before each person.
        after: Called with the name after each.
        replies: What those who hold seats have replied before.
    """
    work = make_work(plan, models, rehearsed_table(plan.study.seats, replies))

    async def run() -> None:
        for name, units in people:
            before()
            for unit in units:
                await work(unit)
            after(name)

    asyncio.run(run())
