"""What every number rests on, as tables: a row per text, and a row per participant and play."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ....personas.answers import Missing
from .measuring import HUMAN, Found
from .payoff_table import PayoffTable
from .plan import EvaluationPlan
from .substituting import Play

TEXTS, PAYOFFS = "evaluation_texts.parquet", "evaluation_payoffs.parquet"


def save_tables(plan: EvaluationPlan, found: Found, folder: Path) -> None:
    """Writes `evaluation_texts.parquet`, and, where payoffs were measured, `evaluation_payoffs.parquet`."""
    import pandas as pd

    pd.DataFrame(_text_rows(plan, found)).to_parquet(folder / TEXTS)
    if found.payoffs:
        pd.DataFrame(_payoff_rows(plan, found, found.payoffs)).to_parquet(folder / PAYOFFS)


def _text_rows(plan: EvaluationPlan, found: Found) -> list[dict[str, Any]]:
    rows = []
    for contestant in plan.contestants:
        scores = found.scores.get(contestant.name, {})
        for (key, replicate), text in found.texts[contestant.name].items():
            episode, persona, step = key
            own: dict[str, Any] = {"contestant": contestant.name, "episode": episode, "persona": persona, "step": step}
            score = scores.get(key)
            row = own | {"cluster": plan.cluster(episode, persona), "replicate": replicate} | _said(text)
            row |= {
                "log_likelihood": score.log_likelihood if score else None,
                "tokens": score.tokens if score else None,
            }
            for name, baseline in (("human", HUMAN), ("vanilla", contestant.vanilla)):
                verdict = found.verdicts.get((contestant.name, baseline), {}).get((key, replicate))
                row |= {f"{name}_first": verdict and verdict.first, f"{name}_second": verdict and verdict.second}
            rows.append(row)
    return rows


def _payoff_rows(plan: EvaluationPlan, found: Found, table: PayoffTable) -> list[dict[str, Any]]:
    rows = []
    for (regime, contestant), by_mediator in table.values.items():
        for mediator, values in by_mediator.items():
            for (episode, persona), cluster, payoffs in zip(table.rows, table.groups, values, strict=True):
                for replicate, payoff in enumerate(payoffs.tolist()):
                    who = persona if regime == "one" else ""
                    text = found.statements[Play(mediator, episode, replicate, regime, contestant, who)]
                    own: dict[str, Any] = {
                        "regime": regime,
                        "contestant": contestant,
                        "mediator": mediator,
                        "episode": episode,
                    }
                    own |= {"cluster": cluster, "persona": persona, "replicate": replicate, "payoff": payoff}
                    rows.append(own | _said(text))
    return rows


def _said(text: str | Missing) -> dict[str, Any]:
    gone = text if isinstance(text, Missing) else None
    return {"text": None if gone else text, "missing": gone and gone.reason}
