"""What a run would use, without asking: ranges from a rehearsal, or an estimate from what a pilot used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .backstories.estimate import estimate_pools
from .figures import A_MILLION, Figure, prices_of
from .folder import RunFolder
from .foretelling import foretell
from .humans.config import people_in
from .mechanisms import DEFAULT
from .pilot import read_pilot
from .placeholders import with_made_stories
from .plan import Plan
from .rehearsal import Asked, Rows, Texts, people_of, rehearse, spread

# Enough for the range of calls and for the mean length of prompts; 100 people with 140 calls each take a second.
REHEARSED = 100
# English prose has 4 to 4.7 characters a token in the common tokenisers; lists, names and other languages have fewer.
LEAST = Texts(share=0.1, characters=5.0)
MOST = Texts(share=1.0, characters=3.0, readable=False)
RANGE = "range under the assumptions below"
ASSUMED = (
    "tokens: 3 to 5 characters each (English; other languages may need more tokens), texts a tenth of the allowed length "
    "to the whole of it, a drawn choice one token or as many as it may have, "
    "a prompt counted once or for every draw and option, no call tried twice"
)

CHOSEN = "as rehearsed with made-up answers; see the note on mechanisms"
SHARED = (
    "mechanisms: what they choose decides which calls are alike, and those are asked once; made-up answers tell how many there "
    "are but for a few in a hundred"
)


def estimate(plan: Plan, limit: int | None = None, folder: RunFolder | None = None) -> dict[str, Any]:
    """Says what a run would use.

    Without a pilot, up to 100 people or groups are rehearsed and tokens are a range under stated assumptions
    (`notes`). With one, what its people used is taken on to all (see `ratio.predict`).

    Args:
        plan: What would be run.
        limit: Only the first people or groups.
        folder: A run folder that may hold a pilot of the same study.

    Returns:
        `people`, `units`; `calls`, `prompt_tokens`, `completion_tokens` and `cost` (in the currency of the study's
        prices), each as `Figure.plain` says; `pilot`, how many people it is based on, or None; `notes`; and `prompts`,
        one rendered prompt of each kind.

    Raises:
        InputError: The folder holds another study, or cannot be read.
    """
    pilot = None
    plan = with_made_stories(plan, folder)
    if folder:
        folder.check_identity(plan.identity())
        pilot = read_pilot(plan, folder, REHEARSED, limit)
    names = [name for name, _ in people_of(plan, limit)]
    chosen = {names[k] for k in spread(len(names), REHEARSED)}
    least, prompts = rehearse(plan, chosen, LEAST, limit)
    if pilot and pilot.people:
        figures, notes = foretell(plan, pilot, names, REHEARSED, limit)
    else:
        most, _ = rehearse(plan, chosen, MOST, limit)
        figures, notes = _ranges(plan, least, most, len(names)), [ASSUMED]
        notes += [SHARED] if _chooses(plan) else []
        if pilot:
            notes += ["the folder holds calls, but nobody's are complete yet: run on before estimating from them"]
    held = people_in(plan.study.seats)
    if held:
        notes.append(f"{', '.join(held)}: held by people, who are taken to reply in time and briefly")
    if plan.pools and plan.casting is None:
        notes.append(_stories_note(plan))
    return {
        "people": len(names),
        "units": sum(1 for _ in plan.units(limit)),
        **{name: figure.plain() for name, figure in figures.items()},
        "pilot": {"people": pilot.finished, "begun": len(pilot.begun)} if pilot else None,
        "notes": notes,
        "prompts": prompts,
    }


def _stories_note(plan: Plan) -> str:
    """What the stories take, which come before everything else."""
    pools = estimate_pools(plan.pools)
    told = ", ".join(f"{p.pool} {p.stories:,} stories, {p.least:,} to {p.most:,} calls" for p in pools)
    return f"the stories come first and are not in these figures: {told}; until they are made their length is a guess"


def _ranges(plan: Plan, least: Rows, most: Rows, people: int) -> dict[str, Figure]:
    scale = people / len(least) if least else 0.0

    def total(of: Callable[[Asked], float], rows: Rows, weights: Mapping[str, float] | None = None) -> float:
        return scale * sum(
            of(asked) * (weights[key] if weights else 1.0) for row in rows.values() for key, asked in row.items()
        )

    def tokens(low: Callable[[Asked], float], high: Callable[[Asked], float]) -> Figure:
        ends = round(total(low, least)), round(total(high, most))
        return Figure(low=ends[0], high=ends[1], why=RANGE if ends[0] < ends[1] else "one a choice")

    prices, why = prices_of(plan, {key for row in least.values() for key, asked in row.items() if asked.calls})
    cost = Figure(why=why)
    if prices:
        prompt, completion = ({k: getattr(p, n) for k, p in prices.items()} for n in ("prompt", "completion"))
        low = total(_least_read, least, prompt) + total(_least_written, least, completion)
        high = total(_most_read, most, prompt) + total(_most_written, most, completion)
        cost = Figure(low=low / A_MILLION, high=high / A_MILLION, why=RANGE)
    return {
        "calls": _calls(least, most, people, _unsure(plan)),
        "prompt_tokens": tokens(_least_read, _most_read),
        "completion_tokens": tokens(_least_written, _most_written),
        "cost": cost,
    }


ENDS_EARLY = "as rehearsed with made-up answers; a protocol may end earlier or later, by what people say"


def _unsure(plan: Plan) -> str:
    """Why even calls that are the same in both rehearsals may be others in a run; empty where they are exact."""
    if plan.study.protocol:
        return ENDS_EARLY
    return CHOSEN if _chooses(plan) else ""


def _chooses(plan: Plan) -> bool:
    return any(c.mechanism and c.mechanism.name != DEFAULT for c in plan.study.conditions)


def _calls(least: Rows, most: Rows, people: int, unsure: str) -> Figure:
    lows, highs = ([sum(a.calls for a in row.values()) for row in rows.values()] for rows in (least, most))
    if len(lows) == people:
        low, high = sum(lows), sum(highs)
    else:
        low, high = people * min(lows), people * max(highs)
    if unsure:
        return Figure(low=low, high=high, why=unsure)
    if low == high:
        return Figure(value=low, low=low, high=high, why="exact, if every call succeeds")
    return Figure(low=low, high=high, why=f"range over the {len(lows)} rehearsed")


def _least_read(asked: Asked) -> float:
    return asked.characters / LEAST.characters


def _most_read(asked: Asked) -> float:
    return asked.most_characters / MOST.characters


def _least_written(asked: Asked) -> float:
    return asked.tokens


def _most_written(asked: Asked) -> float:
    return asked.most_tokens
