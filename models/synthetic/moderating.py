"""What a moderator asks a discussion: about what was said, and taking no side."""

from __future__ import annotations

import random
from collections.abc import Mapping
from statistics import fmean
from typing import Any

from . import wordings as w
from .grammar import UNDECIDED_WITHIN, reason_heard
from .stance import frame, stance_of


def question(context: Mapping[str, Any], proposition: str, draw: random.Random) -> str:
    """A question to everybody: for the side that was heard less, for common ground where both were, else to begin with.

    Args:
        context: `texts` is what was said so far; what is no text is passed over.
        proposition: What the discussion is about.
        draw: What the words are drawn by.
    """
    held = context.get("texts")
    texts = [t for t in held if isinstance(t, str) and t.strip()] if isinstance(held, list | tuple) else []
    if not texts:
        return draw.choice(w.MODERATOR_BEGINS).format(idea=frame(proposition))
    stances = [stance_of(text) for text in texts]
    pro, con = reason_heard(w.FOR, texts, draw), reason_heard(w.AGAINST, texts, draw)
    if min(stances) < -UNDECIDED_WITHIN and max(stances) > UNDECIDED_WITHIN:
        return draw.choice(w.MODERATOR_BOTH).format(pro=pro, con=con)
    return draw.choice(w.MODERATOR_ONE_SIDE).format(missing=con if fmean(stances) >= 0 else pro)
