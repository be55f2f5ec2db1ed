"""A simulated public with known parameters: latent attitudes, and questions that follow a graded response model.

What is not given is derived from names (see `derivation`): a persona's attitudes from its attributes and backstory,
a question's parameters from its text.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import ModelSpecError
from . import derivation
from .graded import GradedItem, Vector, dot, even_thresholds, graded_probabilities, softmax, vector
from .presented import in_codebook_order
from .stance import stance_of, topic_key, topic_of

# Agreement with a statement: a graded response whose latent value falls with the distance of the stances.
AT_ONE_MIND, PER_DISTANCE, RATING_REACH = 2.2, 3.2, 2.9
# Agreement with a proposition: the latent value is this many logits times the stance in [−1, 1].
POSITION_LOGITS = 6.0
# How fast a stance saturates with the attitude; 1 standard deviation of attitude is a stance of 0.66.
STANCE_STEEPNESS = 0.8


@dataclass(frozen=True)
class SyntheticPublic:
    """The parameters of a simulated public.

    Args:
        name: Another name derives other parameters.
        dimensions: How many attitudes a persona has.
        attribute_share: Share of the attitudes' variance that the attributes explain, in [0, 1]; the rest is the
            persona's own.
        wording_sd: Standard deviation by which a derived attitude shifts with the style a persona is described in,
            since real models are sensitive to wording. 0 switches it off.
        missing_mass: Probability of each option that counts as no answer, in [0, 1]; at most an equal share.
        attitudes: Given attitudes by persona id, one number a dimension; they hold in every style but `none`.
        items: Given parameters of ordinal questions, by question code.

    Raises:
        ValueError: A parameter is out of range, or given attitudes or items have another number of dimensions.
    """

    name: str = "default"
    dimensions: int = 3
    attribute_share: float = 0.5
    wording_sd: float = 0.15
    missing_mass: float = 0.02
    attitudes: Mapping[str, Sequence[float]] = field(default_factory=dict)
    items: Mapping[str, GradedItem] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if type(self.dimensions) is not int or self.dimensions < 1:
            raise ValueError(f"dimensions must be a whole number from 1 up, got {self.dimensions!r}")
        for name, highest in (("attribute_share", 1.0), ("wording_sd", 10.0), ("missing_mass", 1.0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= highest:
                raise ValueError(f"{name} must be a number from 0 to {highest:g}, got {value!r}")
        known = {p: vector(a, f"the attitudes of {p!r}") for p, a in (self.attitudes or {}).items()}
        items = dict(self.items or {})
        for what, values in (*known.items(), *((c, i.discrimination) for c, i in items.items())):
            if len(values) != self.dimensions:
                raise ValueError(f"{what!r} has {len(values)} numbers for a public of {self.dimensions} dimensions")
        object.__setattr__(self, "attitudes", known)
        object.__setattr__(self, "items", items)

    @property
    def mark(self) -> str:
        """Eight hexadecimal digits that name the parameters, whatever order or number type they were given in."""
        numbers = [self.dimensions, *map(float, (self.attribute_share, self.wording_sd, self.missing_mass))]
        items = {code: [i.discrimination, i.thresholds] for code, i in self.items.items()}
        told = json.dumps([self.name, numbers, self.attitudes, items], sort_keys=True, default=list)
        return hashlib.blake2b(told.encode(), digest_size=4).hexdigest()

    def attitude(
        self, persona: str, attributes: Mapping[str, str] | None = None, backstory: str = "", style: str = ""
    ) -> Vector:
        """A persona's attitudes: standard normal over many personas; 0 where the style tells nothing of it."""
        if style != "none" and persona in self.attitudes:
            return tuple(self.attitudes[persona])
        if style == "none" or not (attributes or backstory):
            return (0.0,) * self.dimensions
        traits = tuple(sorted((str(name), str(value)) for name, value in (attributes or {}).items()))
        share, wording = self.attribute_share, self.wording_sd
        return derivation.attitude(self.name, self.dimensions, share, wording, persona, traits, backstory, style)

    def item(self, code: str, text: str, options: int) -> GradedItem:
        """A question's parameters, given by its code or derived from its text."""
        return self.items.get(code) or derivation.item(self.name, self.dimensions, derivation.short(text), options)

    def stance(self, attitude: Vector, proposition: str) -> float:
        """How far a persona agrees with a proposition, in (−1, 1), however the sentence is capitalised and ended."""
        about = derivation.direction(self.name, self.dimensions, topic_key(proposition))
        return math.tanh(STANCE_STEEPNESS * dot(attitude, about))

    def graded(self, attitude: Vector, item: GradedItem) -> Vector:
        """The probabilities of the ordered answers, lowest to highest."""
        return graded_probabilities(dot(attitude, item.discrimination), item.thresholds)

    def nominal(self, attitude: Vector, text: str, options: int) -> Vector:
        """The probabilities of unordered answers, in codebook order: a softmax of utilities derived from the text."""
        weights = derivation.option_weights(self.name, self.dimensions, derivation.short(text), options)
        return softmax([w[-1] + sum(a * b for a, b in zip(attitude, w, strict=False)) for w in weights])

    def position(self, attitude: Vector, proposition: str, options: int) -> Vector:
        """The probabilities of agreeing with a proposition, strongest disagreement first."""
        latent = POSITION_LOGITS * self.stance(attitude, proposition)
        return graded_probabilities(latent, even_thresholds(options, POSITION_LOGITS))

    def rating(self, attitude: Vector, proposition: str, statement: str, options: int) -> Vector:
        """The probabilities of agreeing with a statement on a proposition, strongest disagreement first."""
        distance = abs(self.stance(attitude, proposition) - stance_of(statement))
        return graded_probabilities(AT_ONE_MIND - PER_DISTANCE * distance, even_thresholds(options, RATING_REACH))

    def probabilities(self, context: Mapping[str, Any], options: int, text: str = "") -> Vector:
        """The exact probability of each option, in the order presented.

        Args:
            context: As the protocols send it; every key may be absent. `option_rank` puts the options into codebook
                order, without it they are taken as presented; `missing_options` flags those that count as no answer.
            options: How many options there are.
            text: The question, where the context does not say it.

        Raises:
            ModelSpecError: The question's given thresholds do not fit the number of options.
        """
        places, left_out = in_codebook_order(context, options)
        if not places:
            return (1 / options,) * options
        mass = min(self.missing_mass, 1 / options)
        left = 1 - mass * len(left_out)
        out = [mass] * options
        for place, p in zip(places, self._substantive(context, len(places), text), strict=True):
            out[place] = p * left
        return tuple(out)

    def _substantive(self, context: Mapping[str, Any], options: int, text: str) -> Vector:
        attitude, step = self.attitude_of(context), context.get("step")
        proposition = str(context.get("proposition") or "")
        if step == "rating" and isinstance(context.get("statement"), str):
            statement = context["statement"]
            return self.rating(attitude, proposition or topic_of(statement), statement, options)
        if step == "position" and proposition:
            return self.position(attitude, proposition, options)
        asked = str(context.get("question_text") or text)
        if not context.get("ordinal", True):
            return self.nominal(attitude, asked, options)
        code = str(context.get("question") or "")
        item = self.item(code, asked, options)
        if len(item.thresholds) != options - 1:
            raise ModelSpecError(
                f"the synthetic public's item {code!r} has {len(item.thresholds)} thresholds; a question of {options} "
                f"answers (those that count as no answer left out) needs {options - 1}"
            )
        return self.graded(attitude, item)

    def attitude_of(self, context: Mapping[str, Any]) -> Vector:
        """The attitudes of the persona that a request's context describes."""
        attributes = context.get("attributes")
        return self.attitude(
            str(context.get("persona") or ""),
            attributes if isinstance(attributes, Mapping) else None,
            str(context.get("backstory") or ""),
            str(context.get("style") or ""),
        )
