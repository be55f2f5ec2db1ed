"""Made-up metrics of a survey, in the shape of `metrics.json`. The distances are near those of Moon et al. 2024, table 1."""

import numpy as np

from minipublic.evaluators.partisan import Roles, evaluate_partisan
from minipublic.evaluators.responses import Item, Responses

MODELS = ("llama-70b", "mixtral-8x22b")
WAYS = (
    ("bio", "n/a", ""),
    ("qa", "n/a", ""),
    ("backstory (natural)", "max_weight", "natural"),
    ("backstory (natural)", "greedy", "natural"),
    ("backstory (natural)", "random", "natural"),
)
VALUES = {
    "llama-70b": ((0.254, 1.107, 0.673), (0.238, 1.183, 0.681), (0.229, 1.287, 0.693), (0.227, 1.070, 0.708), (0.270, 1.362, 0.690)),
    "mixtral-8x22b": ((0.260, 1.075, 0.698), (0.347, 1.008, 0.687), (0.257, 0.869, 0.726), (0.247, 0.851, 0.715), (0.274, 0.814, 0.700)),
}  # fmt: skip
GROUPS = {"race": {"White": 0.01, "Other": 0.08}, "age": {"18-49": -0.02, "50-64": 0.03, "65+": 0.06}}
SKIPPED = {"skipped": "fewer than 10 respondents on one side", "n": {"human": 4, "simulated": 4, "items": 8}}


def around(value: float, reach: float = 0.02, **more) -> dict:
    return {"value": value, "ci": [value - reach, value + reach], **more}


def measured(wd: float, fro: float, alpha: float, humans: int = 300) -> dict:
    return {
        "wasserstein": around(wd, scale="codes", items={"q1": wd}, item_ci={"q1": None}, bias=0.01),
        "frobenius": around(fro, 0.2, bias=0.1),
        "cronbach_alpha": {"human": 0.784, "human_ci": [0.74, 0.82], "simulated": alpha, "simulated_ci": [alpha - 0.04, alpha + 0.04]},
        "human_bound": {
            "splits": 20, "wasserstein": 0.057, "wasserstein_range": [0.04, 0.08], "frobenius": 0.418,
            "frobenius_range": [0.3, 0.55], "cronbach_alpha": 0.78, "cronbach_alpha_range": [0.75, 0.81],
        },
        "reference": {"uniform": {"wasserstein": around(0.4), "frobenius": around(2.0)}},
        "n": {"human": humans, "simulated": humans, "items": 8},
        "effective_n": 0.8 * humans,
        "groups": {},
    }  # fmt: skip


def with_groups(wd: float, fro: float, alpha: float) -> dict:
    held = measured(wd, fro, alpha)
    held["groups"] = {
        attribute: {label: measured(wd + shift, fro + shift, alpha - shift, 120) for label, shift in labels.items()}
        for attribute, labels in GROUPS.items()
    }
    held["groups"]["race"]["Unknown"] = SKIPPED
    return held


def name(model: str, style: str, matching: str) -> str:
    return f"{model}/{style}/{matching}"


def metrics() -> dict:
    rows, conditions = [], {}
    for model in MODELS:
        for (style, matching, pool), values in zip(WAYS, VALUES[model], strict=True):
            row = {"model": model, "conditioning": style, "matching": matching, "backstories": pool}
            rows.append({"condition": name(model, style, matching)} | row)
            conditions[name(model, style, matching)] = with_groups(*values)
    return {
        "kind": "survey",
        "rows": rows,
        "conditions": conditions,
        "comparisons": comparisons(conditions),
        "distributions": {"q1": distribution(list(conditions)[:3])},
        "reading": {},
    }


def comparisons(conditions: dict) -> list[dict]:
    """Each row against the greedy one of its model; differences below 0.02 cannot be told from 0."""
    found = []
    for model in MODELS:
        best = name(model, "backstory (natural)", "greedy")
        for metric, reach in (("wasserstein", 0.02), ("frobenius", 0.15)):
            for other in [c for c in conditions if c.startswith(model) and c != best]:
                difference = conditions[other][metric]["value"] - conditions[best][metric]["value"]
                found.append({"metric": metric, "a": other, "b": best, **around(difference, reach, n={"human": 300})})
    return found


def distribution(names: list[str]) -> dict:
    shares = {"n": 300, "effective_n": 240, "shares": [0.4, 0.6], "low": [0.35, 0.55], "high": [0.45, 0.65]}
    return {"text": "Is it good?", "labels": ["Yes", "No"], "panels": {"all": dict.fromkeys(("human", *names), shares)}}


def ablations(metrics: dict) -> dict:
    """Three ablations on further conditions, added to the metrics: the distance falls along each."""
    found = {}
    pools = {
        "How many": [("n250", 250, 2000, 0.1), ("n1000", 1000, 2010, 0.1), ("n4000", 4000, 2005, 0.1)],
        "How long": [("q1", 1000, 598, 0.1), ("q2", 1000, 887, 0.1), ("q5", 990, 1481, 0.1), ("q10", 980, 2107, 0.1)],
        "How consistent": [("unchecked", 1000, 2050, None), ("checked", 960, 2000, 0.12)],
    }
    for title, points in pools.items():
        found[title] = []
        for k, (pool, stories, words, rejected) in enumerate(points):
            names = {}
            for model, base in zip(MODELS, (0.30, 0.34), strict=True):
                condition = f"{model}/{pool}"
                metrics["conditions"][condition] = with_groups(base - 0.03 * k, 1.2 - 0.1 * k, 0.7)
                names[model] = condition
            found[title].append(
                {"backstories": pool, "stories": stories, "words": words, "rejected": rejected, "conditions": names}
            )
    return found


def effects(shrink: float = 0.6) -> dict:
    contrasts = []
    for attribute, a, b, scale in (("party", "Democrat", "Republican", 0.9), ("age", "18-49", "65+", 0.4)):
        for k in range(8):
            human = scale * (k - 3.5) / 3.5
            simulated = shrink * human + (0.06 if k % 2 else -0.06)
            sides = [
                {"value": v, "ci": [v - r, v + r], "significant": abs(v) > r, "n": 260, "n_a": 140, "n_b": 120}
                for v, r in ((human, 0.22), (simulated, 0.18))
            ]
            contrasts.append({
                "attribute": attribute, "a": a, "b": b, "item": f"q{k}", "human": sides[0], "simulated": sides[1],
                "same_sign": human * simulated > 0, "same_significance": sides[0]["significant"] == sides[1]["significant"],
            })  # fmt: skip
    return {
        "contrasts": contrasts,
        "sign_agreement": around(0.875, 0.1, n=16),
        "sign_agreement_where_significant": around(1.0, 0.0, n=9),
        "significance_agreement": around(0.75, 0.12, n=16),
        "correlation": around(0.91, 0.06, n=16, without_noise=around(0.95, 0.05)),
        "slope": around(shrink, 0.1, n=16, without_noise={"value": None, "ci": None, "reason": "the effects differ no more than noise does"}),
        "verdicts": {"both": 7, "opposite": 0, "human_only": 2, "simulated_only": 1, "neither": 6},
        "left_out": [{"item": "q9", "reason": "nominal: its answers have no order"}],
    }  # fmt: skip


def retest() -> dict:
    no_wave = {"value": None, "ci": None, "reason": "no second wave of the humans was given", "n": 0}
    found = {
        "self_agreement": around(0.82, 0.03, n=300, closeness=around(0.93)),
        "accuracy": around(0.55, 0.03, n=300, closeness=around(0.81)),
        "human": no_wave | {"closeness": no_wave},
        "normalised_accuracy": around(0.67, 0.04, n=300, by="self_agreement"),
    }
    return found | {"items": {"q1": found}}


def partisan() -> dict:
    """What the evaluator gives for 80 answers whose spread is narrower than that of 80 people's."""
    people, party = _partisans([1, 1, 2, 2, 3, 4, 5, 5])
    answers, _ = _partisans([2, 2, 2, 3, 3, 3, 4, 4])
    roles = Roles(first=("traits_democrats",), second=("traits_republicans",))
    found = evaluate_partisan(answers, party, roles, "hostility", humans=(people, party), bootstrap=40)
    return found | {
        "instrument": "Traits",
        "parties": {"democrat": "Democrats", "republican": "Republicans"},
        "left_out": 12,
    }


def _partisans(codes: list[int]) -> tuple[Responses, np.ndarray]:
    """40 of each party, whose ratings of the other party run through the codes and of their own through the lower half."""
    party = np.repeat([0, 1], 40)
    other = np.resize(np.array(codes) - 1, 80)
    own = np.resize(np.array(codes[:4]) - 1, 80)
    answers = np.stack([np.where(party == 0, own, other), np.where(party == 0, other, own)], axis=1)
    items = tuple(Item(code, (1.0, 2.0, 3.0, 4.0, 5.0)) for code in ("traits_democrats", "traits_republicans"))
    return Responses(np.array([f"r{k}" for k in range(80)]), items, answers.astype(np.int16), np.ones(80)), party


def matching(method: str, distinct: int, total: float, bound: float | None) -> dict:
    agreement = {
        t: around(v, r, n=300, random=c) for t, v, r, c in (("party", 0.93, 0.02, 0.41), ("age", 0.71, 0.04, 0.27))
    }
    return {
        "method": method, "humans": 300, "personas": 1000, "weight_sum": total, "weight_mean": total / 300,
        "weight_bound": bound, "weight_gap": None, "log_sum": -512.25, "zeros": 3, "distinct_personas": distinct,
        "largest_reuse": 300 // distinct, "agreement": agreement, "humans_missing_traits": 7,
        "notes": ["2 humans have party 'Reform', which no persona can have, so their weights are 0"],
    }  # fmt: skip


def everything() -> dict:
    found = metrics()
    first = list(found["conditions"])[:2]
    found["ablations"] = ablations(found)
    found["pools"] = {
        "natural": {"n": 1000, "words": around(472, 12, n=1000), "rejected": None},
        "interview": {"n": 960, "words": around(2107, 40, n=960), "rejected": around(0.12, 0.01, n=9600)},
    }
    found["matching"] = {
        name(MODELS[0], "backstory (natural)", m): matching(m, d, total, bound)
        for m, d, total, bound in (("max_weight", 300, 120.5, 120.5), ("greedy", 141, 155.25, None))
    }
    found["effects"] = {condition: effects() for condition in first}
    found["retest"] = {condition: retest() for condition in first}
    found["partisan"] = {first[0]: partisan()}
    return found


def run(metrics: dict) -> dict:
    return {
        "study": "made_up", "title": "A made-up survey", "kind": "survey", "seed": 0, "limit": None, "people": 300,
        "conditions": [r["condition"] for r in metrics.get("rows", [])], "models": dict.fromkeys(MODELS, "a model"),
        "answers": 24000, "missing": {}, "notes": [], "versions": {"minipublic": "0"}, "prompts": {}, "seconds": 1.0,
        "calls": {"calls": 1, "prompt_tokens": 1, "completion_tokens": 1, "asked_now": 1, "replayed_now": 0},
    }  # fmt: skip
