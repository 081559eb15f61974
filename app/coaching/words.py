"""Words of a text as retrieval and checking compare them: lower case, stemmed, without stop words."""

from __future__ import annotations

import re

import Stemmer

WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?")
# Function words, and the verbs that carry no subject of their own. "no", "not", "when", "if" are kept elsewhere
# (negation and conditions are checked by name), not as content.
STOP_WORDS = frozenset(
    """a about above after again all also am an and any are as at be because been before being below between both but by
    can cannot could did do does doing don't down during each else etc few for from further get gets getting got had has
    have having he her here hers him his how i i'd i'm i've if in into is isn't it it's its itself just let let's like
    lot made make makes making many may me might more most much must my myself need needs no nor not of off on once one
    only or other our ours out over own per quite rather really same say says she should so some such than that that's
    the their theirs them then there these they thing things this those through to too under until up us use used using
    usually very want was way we well were what what's when where whether which while who whom whose why will with
    within without would yes yet you your yours""".split()
)
# British and American spellings meet here; the guides are British.
SPELLINGS = {
    "program": "programme", "programs": "programmes", "organization": "organisation", "prioritize": "prioritise",
    "organizations": "organisations", "prioritization": "prioritisation", "center": "centre", "behavior": "behaviour",
    "color": "colour", "role's": "role", "startup": "start up", "startups": "start ups",
}  # fmt: skip
_stemmer = Stemmer.Stemmer("english")


def words(text: str) -> list[str]:
    """Lower-case words of the text in order, spelling made British."""
    found = (w.replace("’", "'") for w in WORD.findall(text.lower()))
    return [part for w in found for part in SPELLINGS.get(w, w).split()]


def stems(text: str) -> list[str]:
    """Stems (Snowball English) of the content words of the text, in order, with repetitions."""
    content = [w.removesuffix("'s") for w in words(text) if w not in STOP_WORDS]
    return list(_stemmer.stemWords(content))
