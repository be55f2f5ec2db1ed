"""Does a panel come together? The spread of ten anonymous panels, round by round, and how much still moves."""

import asyncio

import numpy as np

from minipublic import Context, Persona, load_model
from minipublic.evaluators.convergence import convergence
from minipublic.graphs.delphi import build_delphi

QUESTION = {
    "question": "Will most cars sold in 2040 be electric?",
    "proposition": "Most cars sold in 2040 are electric.",
}
model = load_model("synthetic:default", openness=0.3)  # or openai:NAME@http://localhost:8000/v1
graph, rounds = build_delphi(rounds=4, stable=0).compile(), [f"round_{r}" for r in range(1, 5)]


async def panel(k):
    seats = {f"seat_{s}": Persona(f"p{9 * k + s}", {"field": "ABC"[s % 3]}) for s in range(9)}
    left = await graph.ainvoke(QUESTION, context=Context(seats=seats, models={"participant": model}, style="bio"))
    return [[left["polls"][name][seat]["position"] for seat in seats] for name in rounds]


answers = np.array([asyncio.run(panel(k)) for k in range(10)]).swapaxes(0, 1)  # rounds × panels × seats
for row in convergence(answers, range(1, 8))["rounds"]:
    low, high = row["iqr"]["ci"]
    moved = f", {row['changed']['value']:.0%} changed their answer" if row["round"] > 1 else ""
    print(
        f"round {row['round']}: distance of quartiles {row['iqr']['value']:.2f} points [{low:.2f}, {high:.2f}]{moved}"
    )
