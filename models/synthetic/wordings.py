"""The words of the grammar: openings, reasons, concessions and the frames of statements.

Reasons speak of "it", so that they fit any question.
"""

FOR = (
    "it treats people more fairly",
    "those who need it most would feel the difference",
    "the present way of doing things has not worked",
    "it would pay for itself in the long run",
    "other places have tried it and done well",
    "it would give people more say over their own lives",
    "we owe it to those who come after us",
    "it is simple enough that everybody would understand it",
    "it would bring people closer together",
    "waiting any longer would only make things harder",
    "what I have seen around me points that way",
    "it makes life easier for ordinary families",
    "the gains are larger than the trouble it causes",
    "it sets a good example",
    "people could plan ahead with it",
    "it puts the burden where it can be carried",
)
AGAINST = (
    "the cost would fall on people who cannot afford it",
    "nobody has shown that it would work here",
    "it takes a choice away from people",
    "there are more urgent things to spend effort on",
    "it would be hard to run and easy to get round",
    "the present way of doing things mostly works",
    "it asks too much of small places and small businesses",
    "once it is in place it would be hard to undo",
    "it would set people against each other",
    "it goes too fast for most of us",
    "what I have seen around me points the other way",
    "those who decide would not be those who pay",
    "good intentions have gone wrong like this before",
    "it treats very different people as if they were the same",
    "the side effects would outlast the gains",
    "it leaves too much to people in offices far away",
)
OPENINGS = (
    "Speaking for myself,",
    "On balance,",
    "To be honest,",
    "I have thought about this for a while:",
    "All in all,",
    "When I look at my own life,",
    "If I had to decide today:",
    "As far as I can judge,",
    "Put simply,",
    "My view is plain:",
    "Having turned it over in my mind,",
    "",
)
JOINERS = ("because", "since", "mainly because", "above all because")
FOLLOWS = (
    "My main reason is that {reason}.",
    "The way I see it, {reason}.",
    "For me it comes down to this: {reason}.",
    "I keep coming back to one point: {reason}.",
)
ALSO = ("Also,", "Besides,", "What is more,", "On top of that,", "I would add that", "It matters to me, too, that")
THOUGH = (
    "That said,",
    "Still,",
    "I do see that",
    "At the same time,",
    "I will grant that",
    "Friends of mine would answer that",
)
STRONG_ENDS = ("I feel strongly about it.", "I do not expect to change my mind.", "For me there is little to discuss.")
MILD_ENDS = (
    "I could be persuaded otherwise.",
    "I would like to hear more before I settle on it.",
    "A good argument could move me.",
)
OWN = ("For my part, I", "As I said, I", "I", "My own view has not changed: I", "Where I stand is clear: I")
CONTENT = (
    "I can sign this as it stands.",
    "This is close to what I think.",
    "I am happy with this draft.",
    "The draft is fair to me.",
    "I have little to add.",
)
NOT_FAR_ENOUGH = (
    "The draft does not go {nearly} far enough for me.",
    "This is {degree} too cautious.",
    "I miss conviction here: the draft holds back {degree} too much.",
)
TOO_FAR = (
    "The draft goes {degree} too far for me.",
    "This is {degree} too sure of itself.",
    "I cannot follow the draft all the way: it promises {degree} too much.",
)
EVEN = (
    "On the one hand, {pro}; on the other, {con}.",
    "I see that {pro}, and I see just as well that {con}.",
    "One part of me says that {pro}, the other that {con}.",
)
ASKS = (
    "It should say that {reason}.",
    "It leaves out that {reason}.",
    "I miss the point that {reason}.",
    "I would sign it more gladly if it said that {reason}.",
    "Please add that {reason}.",
)
STATEMENTS = (
    "As a group, {said}. Those of us in favour say that {pro}; those who hesitate say that {con}. {close}",
    "After hearing each other out, {said}. What speaks for it is that {pro}. Against it stands that {con}. {close}",
    "Taken together, {said}. Several of us hold that {pro}, while others remind us that {con}. {close}",
    "Having weighed what everybody wrote, {said}. We heard that {pro}, and we also heard that {con}. {close}",
    "In sum, {said}. It counts for us that {pro}. It also counts that {con}. {close}",
)
CLOSES = (
    "Whatever is decided should be reviewed after a few years.",
    "It should be settled step by step, and the effects published.",
    "Those who would be hit hardest should be heard before anything is settled.",
    "The decision should rest on evidence, and be open to change.",
    "Nobody should be left alone with the consequences.",
    "We ask that both concerns be kept in view.",
)
MODERATOR_BEGINS = (
    "Let us begin with the idea {idea}: what matters most to each of you about it?",
    "Who would like to start? What comes to your mind first about the idea {idea}?",
    "What would change in your own life, for better or worse, with the idea {idea}?",
)
MODERATOR_BOTH = (
    "One side says that {pro}, the other that {con}. What would each of you need to know to think again?",
    "It was said that {pro}, and also that {con}. Where could both sides meet?",
    "Some hold that {con}. How would those answer who hold that {pro}?",
)
MODERATOR_ONE_SIDE = (
    "Much was said for one side. What of those who would say that {missing}?",
    "Let me put the other side for a moment: could it be that {missing}?",
    "Who is not in this room, and might tell us that {missing}?",
)
