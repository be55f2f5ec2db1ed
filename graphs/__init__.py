"""What happens between personas: deliberation and survey protocols as LangGraph graphs."""

from .backstories import StoryState, build_demographics_primed, build_interview, build_natural
from .consensus import build_consensus
from .context import Context, ContextError
from .generative_agent import GenerativeAgentState, build_generative_agent
from .mediators import Case, Desk, Ruling, find_mediator, mediator_names
from .state import ConsensusState
from .survey import SurveyState, build_survey
from .traits import TraitState, build_trait_survey

__all__ = [
    "Case",
    "ConsensusState",
    "Context",
    "ContextError",
    "Desk",
    "GenerativeAgentState",
    "Ruling",
    "StoryState",
    "SurveyState",
    "TraitState",
    "build_consensus",
    "build_demographics_primed",
    "build_generative_agent",
    "build_interview",
    "build_natural",
    "build_survey",
    "build_trait_survey",
    "find_mediator",
    "mediator_names",
]
