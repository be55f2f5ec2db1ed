"""What happens between personas: deliberation and survey protocols as LangGraph graphs."""

from .backstories import StoryState, build_demographics_primed, build_interview, build_natural
from .citizens_assembly import build_citizens_assembly
from .consensus import build_consensus
from .context import Context, ContextError
from .deliberative_poll import build_deliberative_poll
from .delphi import build_delphi
from .generative_agent import GenerativeAgentState, build_generative_agent
from .habermas import build_habermas
from .jury import build_jury
from .mediators import Case, Desk, Ruling, find_mediator, mediator_names
from .network_discussion import build_network_discussion
from .polis import build_polis
from .protocols import PROTOCOLS, build_protocol, build_steps
from .state import ConsensusState, DeliberationState
from .survey import SurveyState, build_survey
from .traits import TraitState, build_trait_survey

__all__ = [
    "PROTOCOLS",
    "Case",
    "ConsensusState",
    "Context",
    "ContextError",
    "DeliberationState",
    "Desk",
    "GenerativeAgentState",
    "Ruling",
    "StoryState",
    "SurveyState",
    "TraitState",
    "build_citizens_assembly",
    "build_consensus",
    "build_deliberative_poll",
    "build_delphi",
    "build_demographics_primed",
    "build_generative_agent",
    "build_habermas",
    "build_interview",
    "build_jury",
    "build_natural",
    "build_network_discussion",
    "build_polis",
    "build_protocol",
    "build_steps",
    "build_survey",
    "build_trait_survey",
    "find_mediator",
    "mediator_names",
]
