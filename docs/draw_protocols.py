"""Draws the diagrams of docs/protocols.md anew, from the graphs themselves: `python docs/draw_protocols.py`."""

import re
from pathlib import Path

from minipublic.graphs.consensus import build_consensus
from minipublic.graphs.plain_steps import build_steps
from minipublic.graphs.protocols import PROTOCOLS
from minipublic.graphs.survey import build_survey
from minipublic.personas.questions import Instrument, likert

PAGE = Path(__file__).parent / "protocols.md"
BLOCK = re.compile(r"(<!-- diagram: (\w+) -->\n```mermaid\n)(.*?)(```\n)", re.DOTALL)
# As few rounds as show where the graph goes round.
SHORT = {
    "citizens_assembly": {"rounds": 1, "materials": ("A text.",)},
    "deliberative_poll": {"rounds": 1, "materials": ("A text.",)},
    "delphi": {"rounds": 3},
    "habermas": {"rounds": 2},
    "jury": {"rounds": 2},
    "network_discussion": {"rounds": 1},
}
STEPS = (
    {"collect": "opinion", "instruction": "Write."},
    {"rank": "favourite", "of": "opinion"},
    {"vote": "verdict"},
)


def graph_of(name):
    """The uncompiled graph that a diagram shows."""
    if name == "consensus":
        return build_consensus()
    if name == "survey":
        return build_survey(Instrument("example", (likert("parks", "More parks?"),)))
    return build_steps(STEPS) if name == "steps" else PROTOCOLS[name](**SHORT.get(name, {}))


def drawn(name):
    """A graph as mermaid text."""
    return graph_of(name).compile().get_graph().draw_mermaid().rstrip() + "\n"


def redrawn(text):
    """A page with its diagrams as the graphs are now."""
    return BLOCK.sub(lambda found: found[1] + drawn(found[2]) + found[4], text)


if __name__ == "__main__":
    PAGE.write_text(redrawn(PAGE.read_text()))
