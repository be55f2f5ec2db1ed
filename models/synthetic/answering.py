"""From what a request says to the exact probability of every option, for each kind of question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import ModelSpecError
from . import dials, listening, ranking
from .graded import Vector
from .parties import answers, is_partisan
from .presented import in_codebook_order
from .stance import topic_of

if TYPE_CHECKING:
    from .public import SyntheticPublic


def probabilities(public: SyntheticPublic, context: Mapping[str, Any], options: int, text: str = "") -> Vector:
    """As `SyntheticPublic.probabilities`."""
    places, left_out = in_codebook_order(context, options)
    if not places:
        return (1 / options,) * options
    said = _substantive(public, context, len(places), text)
    if context.get("step") in ("item", "position"):
        said = listening.fed_back(said, context, places, public.openness)
    mass = min(public.missing_mass, 1 / options)
    left = 1 - mass * len(left_out)
    out = [mass] * options
    for place, p in zip(places, said, strict=True):
        out[place] = p * left
    return tuple(out)


def _substantive(public: SyntheticPublic, context: Mapping[str, Any], options: int, text: str) -> Vector:
    """The probabilities of the options that are answers, in codebook order."""
    step, proposition = context.get("step"), str(context.get("proposition") or "")
    asked = str(context.get("question_text") or text)
    statement, candidates = context.get("statement"), ranking.candidates(context)
    if step == "vote" and len(candidates) == options:
        about = ranking.about(context, candidates)
        return ranking.votes(public.stance(public.attitude_of(context, about), about), candidates)
    if step == "rating" and isinstance(statement, str):
        about = proposition or topic_of(statement)
        said = public.rating(public.attitude_of(context, about), about, statement, options)
    elif step == "prediction" and isinstance(statement, str):
        said = public.rating_at(ranking.read_citizen(context), statement, options)
    elif step == "position" and proposition:
        said = public.position(public.attitude_of(context), proposition, options)
    elif not context.get("ordinal", True):
        return public.nominal(public.attitude_of(context), asked, options)
    else:
        said = _ordinal(public, context, asked, options)
    return dials.pulled(said, public.middle_pull)


def _ordinal(public: SyntheticPublic, context: Mapping[str, Any], asked: str, options: int) -> Vector:
    code = str(context.get("question") or "")
    if code not in public.items and is_partisan(context):
        return answers(public.parties, public.name, context, public.party_of(context), options, public.fidelity)
    item = public.item(code, asked, options)
    if len(item.thresholds) != options - 1:
        raise ModelSpecError(
            f"the synthetic public's item {code!r} has {len(item.thresholds)} thresholds; a question of {options} "
            f"answers (those that count as no answer left out) needs {options - 1}"
        )
    return public.graded(public.attitude_of(context), item)
