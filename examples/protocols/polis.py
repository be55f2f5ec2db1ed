"""Statement voting: thirty people write and vote; are there opinion groups, and what do all of them agree with?"""

import asyncio
from math import nan

import numpy as np

from minipublic import Context, Persona, load_model
from minipublic.evaluators.opinion_groups import evaluate_opinion_groups
from minipublic.graphs.polis import build_polis

model = load_model("synthetic:default")  # or openai:NAME@http://localhost:8000/v1
seats = {f"seat_{k}": Persona(f"p{k}", {"party": "AB"[k % 2]}) for k in range(1, 31)}
context = Context(seats=seats, models={"participant": model}, style="bio")
left = asyncio.run(build_polis(shown=20).compile().ainvoke({"question": "Should we tax wealth?"}, context=context))

names = list(left["outcomes"]["vote"])
votes = [[by.get(name) for name in names] for by in left["ratings"]["vote"].values()]
matrix = np.array([[v - 2 if isinstance(v, int) else nan for v in row] for row in votes])  # 1 agree, -1 disagree
found = evaluate_opinion_groups(matrix, names, list(seats), bootstrap=50)

print(
    "groups:",
    {g["group"]: g["n"] for g in found["groups"]},
    f"(as divided by chance: p = {found['continuum']['p']:.2f})",
)
agreed = max(left["outcomes"]["vote"], key=lambda name: left["outcomes"]["vote"][name]["agree"])
text = left["candidates"]["statements"][names.index(agreed)]
print(f"agreed with most ({left['outcomes']['vote'][agreed]}): {text}")
