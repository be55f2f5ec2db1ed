"""The words of life stories: how a fact is said, and what a life is otherwise filled with.

A fact stands in a sentence of its own, from which it is read back exactly (see `life_facts`); everything else is
there to be read past. Sentences without facts neither ask anything nor name anybody who speaks.
"""

# How a trait is said; both slots stand in curly quotes, so that any name and any label can be told apart.
TRAIT_FRAMES = (
    "On every form that asks for my {name}, I have always written {label}.",
    "For the record, my {name} is {label}.",
    "Ask anybody around here about my {name} and they will say {label}.",
    "As to {name}, I have been {label} for as long as it has mattered to me.",
    "When somebody wants to know my {name}, the honest answer is {label}.",
)
# How an attitude is said.
CUE_FRAMES = (
    "When it comes to {theme}, I {grade}.",
    "My friends could tell anybody that on {theme} I {grade}.",
    "As for {theme}, I {grade}, and I have never made a secret of it.",
)
# What the attitudes are about, one theme for each dimension; beyond these they are counted.
THEMES = (
    "a bigger role for government",
    "keeping to the old ways",
    "welcoming newcomers from abroad",
    "putting nature before growth",
    "strict order and discipline",
    "trusting those who run things",
    "taking part in the wider world",
    "letting machines into daily life",
)
THEME_BEYOND = "matter number {n} of those that divide people here"
# Grades of an attitude from −2.5 to 2.5 standard deviations, in steps of 0.5; two wordings each.
GRADES = (
    ("am as far against it as anybody can be", "would fight it with all I have"),
    ("am strongly against it", "have nothing good to say for it"),
    ("am clearly against it", "speak against it wherever it comes up"),
    ("am mostly against it", "am against it more often than not"),
    ("lean a little against it", "am a shade more against it than for it"),
    ("stand right in the middle", "have never come down on either side"),
    ("lean a little in favour of it", "am a shade more for it than against it"),
    ("am mostly in favour of it", "am for it more often than not"),
    ("am clearly in favour of it", "speak up for it wherever it comes up"),
    ("am strongly in favour of it", "have nothing bad to say of it"),
    ("am as far in favour of it as anybody can be", "would defend it with all I have"),
)
LOWEST_GRADE, GRADE_STEP = -2.5, 0.5

# What stays the same in one person's telling.
SLOTS = {
    "town": (
        "a mill town by the river",
        "a suburb at the end of the bus line",
        "a village with one shop",
        "a port city",
        "a farming county",
        "a city block full of cousins",
        "a mining valley",
        "a college town",
        "an army base",
        "a beach town that emptied every winter",
    ),
    "kin": (
        "my mother",
        "my father",
        "my grandmother",
        "my grandfather",
        "my aunt",
        "my uncle",
        "my older sister",
        "my older brother",
        "my godmother",
        "my stepfather",
    ),
    "job": (
        "driving deliveries",
        "keeping the books for a garage",
        "teaching small children",
        "working nights at a hospital",
        "fixing roofs",
        "running a market stall",
        "answering phones for an insurer",
        "cooking in a school kitchen",
        "drawing plans for a builder",
        "cutting hair",
        "selling farm machines",
        "looking after old people",
    ),
    "friend": ("Rosa", "Walt", "Ines", "Darnell", "Peggy", "Omar", "Lena", "Curtis", "Mai", "Frank", "Tessa", "Joel"),
    "pastime": (
        "fishing",
        "choir practice",
        "fixing old radios",
        "pick-up basketball",
        "quilting",
        "long walks with the dog",
        "growing tomatoes",
        "card games",
        "reading about the sea",
        "baking bread",
        "birdwatching",
        "the drums",
    ),
    "event": (
        "the flood",
        "the divorce",
        "the plant closing",
        "the car accident",
        "the birth of my first child",
        "the big move",
        "the year my back gave out",
        "the fire on our street",
        "the scholarship",
        "the funeral that brought everybody home",
    ),
    "treasure": (
        "a box of letters",
        "a dented trumpet",
        "a recipe book without a cover",
        "a toolbox",
        "a photograph from a pier",
        "a wool coat",
        "a pocket knife",
        "a piano nobody could tune",
    ),
}
# By subject: the words of a question that bring it up, and what is said of it.
SUBJECTS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("child", "grew", "grow", "family", "born", "story", "yourself", "early", "parent", "school"),
        (
            "I grew up in {town}, and I can still find my way around it in the dark.",
            "{kin} did most of the raising, with more patience than I deserved.",
            "We never had much, but there was always somebody at the table who needed feeding.",
            "School came easily to me until it suddenly did not.",
            "The house was loud, and I learned early to find a corner of my own.",
            "{kin} left me {treasure}, which I would not part with for anything.",
            "Summers were long there, and nobody asked where we had been until supper.",
            "I was the quiet one, or so they tell me now.",
        ),
    ),
    (
        ("turning", "crossroad", "decision", "decide", "differently", "path", "moment", "choice"),
        (
            "If I had to name one moment, it would be {event}.",
            "Before {event} I had a plan, and afterwards I had to make another.",
            "{kin} told me to sleep on it, and for once I did.",
            "I took the road that looked safer, and some nights I still walk down the other one.",
            "It was not courage, it was more that every other door had closed.",
            "Looking back, the small decisions counted for more than the large ones.",
            "{friend} talked me out of the worst idea I ever had.",
        ),
    ),
    (
        ("work", "job", "money", "pay", "income", "afford", "earn", "living", "bills", "career", "cost"),
        (
            "Most of my working life went into {job}, and I was good at it.",
            "I started out {job} because a neighbor knew somebody.",
            "There were months when the rent came first and everything else had to wait.",
            "I keep an envelope for repairs, and it is never quite full.",
            "{friend} and I shared lunches for years on that job.",
            "Nobody got rich where I worked, but nobody was left standing alone either.",
            "I have been let go once, and I remember what I was wearing.",
        ),
    ),
    (
        ("neighbo", "where you live", "town", "community", "street", "live in", "area", "city", "local"),
        (
            "The street has changed twice over since I came here.",
            "There is a bench by the water tower where half of the news gets made.",
            "I know the names of the dogs here better than the names of their people.",
            "{friend} lives two doors down and waters my plants when I am away.",
            "It still has something of {town}, where I started out.",
            "People wave here, which took me some time to get used to.",
            "The library is the one place where everybody turns up sooner or later.",
        ),
    ),
    (
        ("health", "stress", "body", "doctor", "medical", "vaccin", "sleep", "worry", "sick", "depress", "anxi"),
        (
            "My knees tell me the weather a day ahead.",
            "After {event} I did not sleep well for most of a year.",
            "What gets me through a bad week is {pastime}.",
            "{kin} had the same trouble, so I keep an eye on it.",
            "I walk when I can and rest when I must.",
            "The doctor and I have agreed to disagree about salt.",
            "Some days are heavy, and I have learned not to argue with them.",
        ),
    ),
    (
        ("friend", "romantic", "partner", "marri", "husband", "wife", "important to you", "lean on"),
        (
            "{friend} has known me since before I could drive.",
            "We see each other for {pastime}, and the talking happens on the side.",
            "I am not easy to live with before noon.",
            "{kin} still calls on Sundays, and I still pretend to be surprised.",
            "I have buried two good friends and made one new one.",
            "Those I love are spread over three states, so the phone is my kitchen table.",
            "After {event} I found out who would pick up at three in the morning.",
        ),
    ),
    (
        ("polit", "vote", "country", "government", "news", "race ", "racial", "nation", "issue", "believe", "faith"),
        (
            "I read the news with my coffee and try to be done with it by the second cup.",
            "At our table politics was something one did not bring up before dessert.",
            "{kin} and I have not agreed on a single election, and we still share a car to the polls.",
            "I have stood in line to vote in the rain, and I would do it again.",
            "{friend} says that I was born with an opinion, which is not quite true.",
            "I have learned more about this country {job} than from any book.",
        ),
    ),
    (
        ("routine", "daily", "every day", "usual day", "week", "spare time", "lately", "recent change"),
        (
            "I am up before the birds, whether I have to be or not.",
            "Coffee first, then the radio, then whatever the day wants.",
            "My week has been upside down since {event}.",
            "Tuesdays are for {pastime}, and nobody books me for anything else.",
            "I used to rush, and now I take the long way to the store.",
            "{friend} drops by most mornings, and we say little.",
            "Evenings are slower than they were, which suits me.",
        ),
    ),
    (
        ("future", "hope", "next", "years from now", "plan", "dream", "look forward", "ahead", "goal", "legacy"),
        (
            "I would like more time for {pastime} and fewer evenings that end in paperwork.",
            "If my luck holds, I will grow old within sight of water.",
            "I want to leave {treasure} to somebody who will use it.",
            "I do not make five-year plans any more, not since {event}.",
            "My hope is a small one, that those after me have it a little easier.",
            "Some day I will go back to {town} and see what is left of it.",
        ),
    ),
)
ANYTHING = (
    "I am not one for long speeches, but I will try.",
    "It takes me a while to get to the point, as {friend} likes to remind me.",
    "On weekends there is {pastime}, and that keeps me sane.",
    "I think about {event} more than I let on.",
    "People say that I am stubborn, and they may be right.",
    "I have told this a hundred times, and it comes out a little different every time.",
    "{kin} would tell it better, with all the names and dates.",
    "There was laughing in it, too, though it may not sound that way.",
    "I kept at it because giving up would have taken more explaining.",
    "Those were good years, even if I did not know it then.",
    "Nothing about it was simple, but little in my life has been.",
    "I would not trade it, though I would not do it over either.",
    "Somewhere in a drawer there is {treasure} from that time.",
    "I still laugh about it with {friend}.",
    "It rained the whole time, or that is how I remember it.",
    "I have made my peace with most of it.",
)

# What a flawed answer has in place of its facts, by the flaw's name; {question} is what was asked.
CODE_OR_MARKUP = (
    '<div class="answer">I am not sure how to go on</div><br/>',
    "```python\nanswer = life.get('answer')\nprint(answer)\n```",
    '{"speaker": "me", "text": "and so on", "done": true}',
    "## About me\n**Name:** not given\n[read more](https://example.org/me)",
)
INTERVIEW_METADATA = (
    "[The recording pauses here for four minutes.]",
    "(End of the interview. Transcript checked by the office, version 2.)",
    "Interview notes, part 3 of 10, 41 minutes in: the respondent seems tired.",
    "This transcript was shortened for length, and names were changed.",
)
ANOTHER_SPEAKER = (
    "\nInterviewer: Thank you, that is very helpful. Please go on.\nMe: All right.",
    "\n{friend}: That is not how it went at all, and everybody here knows it.",
    "\nModerator: Let us hear the others on that.\n{friend}: I can begin.",
    "\nHost: We will be right back after this.",
)
QUESTION_REPEATED = (
    "{question}",
    "So the question is this. {question}",
    "Now let me put the same question to the one who is asking me. {question}",
)
QUESTION_TURNED = "Now it is my turn to ask the questions, so tell me about your own life."
