"""A protocol of one's own: everybody hears one other person, then says again where they stand. Ordinary LangGraph."""

import asyncio
from typing import Annotated, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send

from minipublic import Context, Persona, load_model
from minipublic.graphs.state import merge
from minipublic.personas import expected_agreement


class Talk(TypedDict, total=False):
    statement: str
    before: Annotated[dict[str, float], merge]
    after: Annotated[dict[str, float], merge]


async def rate(state, runtime: Runtime[Context]):
    """One seat's expected agreement, on a scale of 1 to 7."""
    context, seat = runtime.context, state["seat"]
    payoff = await expected_agreement(
        context.model_of(seat), context.seats[seat], state["statement"], names=(context.study,)
    )
    return {state["when"]: {seat: payoff.value}}


async def listen(state: Talk, runtime: Runtime[Context]):
    """The statement moves to what the person who agrees least could say."""
    least = min(state["before"], key=lambda seat: state["before"][seat])
    party = runtime.context.seats[least].attributes["party"]
    return {"statement": f"{state['statement']} A {party} must have a say in how."}


def to_all(when):
    return lambda state, runtime: [
        Send(f"rate_{when}", {"seat": s, "when": when, "statement": state["statement"]}) for s in runtime.context.seats
    ]


def build() -> StateGraph:
    graph = StateGraph(Talk, context_schema=Context)
    graph.add_node("rate_before", rate)
    graph.add_node("listen", listen)
    graph.add_node("rate_after", rate)
    graph.add_conditional_edges(START, to_all("before"), ["rate_before"])
    graph.add_edge("rate_before", "listen")
    graph.add_conditional_edges("listen", to_all("after"), ["rate_after"])
    graph.add_edge("rate_after", END)
    return graph


if __name__ == "__main__":
    seats = {f"seat_{k}": Persona(f"p{k}", {"party": p}) for k, p in enumerate(("Democrat", "Republican", "Green"))}
    context = Context(seats=seats, models={"participant": load_model("synthetic:default")})
    found = asyncio.run(
        build().compile().ainvoke({"statement": "The town should close its centre to cars."}, context=context)
    )
    print(found)
