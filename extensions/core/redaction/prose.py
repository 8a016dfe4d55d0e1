"""Sentences of a service: words that every service uses stay, so that its reason can be read; all others go."""

import re
from collections.abc import Callable

_TOKEN = re.compile(r"[\w.@:+/=%&#-]+")
_PARTS = re.compile(r"[\W_]+")
_MOST_DIGITS = 3

_VOCABULARY = """
a able above accept accepted access account accounts activate activated activation active after again all allow
allowed already an and another any api application are argument as at attempt attempts authenticate authenticated
authentication authorised authorization authorized available back bad basic be bearer because been before being below
between body browser busy but by call caller calls can cancelled cannot card certificate change changed character
characters check client code communication complete condition configuration configured connect connection contact
content could count credential credentials current currently customer cycle data database date day days decoded delete
deleted denied detail details device devices did different disabled do does domain down due duplicate each element
empty enable enabled encode encoded encoding end endpoint enough enter entity entry error errors exceed exceeded
exceeds exception exist existing exists expected expired external failed failure fault field fields find for forbidden
form format found from full future gateway get given grant granted group had handler has have header here host hour
hours http https id identifier if illegal in inactive incorrect info information input insufficient integer interface
internal invalid is it item items its job json key known language later least length less licence license like limit
limited line list locked login long longer lookup lost maintenance malformed many match matching maximum may memory
message messages method minimum minute minutes missing modified month more most must name names negative network never
new no non none not nothing null number object of off ok old on once one only open operation operator or order other
out outside over own page parameter parameters parse part password past path pending per period permission permissions
permitted plan plans please point port possible present previous process processed processing profile property
protocol provide provided queue quota range rate reached read ready realm reason received record refused reject
rejected remote removed request requested requests required requires resource response result retired retry right
rights role rule running same schema second seconds security see send sent server servers service session set setting
should sim size sms some specified start state status still string submit subscriber success supported suspended
syntax system task temporarily temporary terminal test text than that the their there this throttle throttled time
timed timeout timeouts to token too transaction transition try type unable unauthorised unauthorized unavailable under
unexpected unknown unsupported until update updated upstream url usage use used user username using valid validate
validation value values verify version violation wait was we were when which while will wish with within without write
wrong xml year you your zone
"""
VOCABULARY = frozenset(_VOCABULARY.split())


def redacted(text: str, words: frozenset[str], code: str, stand_in: Callable[[str], str]) -> str:
    """`stand_in` replaces each token that is neither made of known words, nor short, nor fully of the form `code`."""
    known = VOCABULARY | words

    def judged(found: re.Match[str]) -> str:
        token = found[0].rstrip(".:")
        rest = found[0][len(token) :]
        return f"{token if _is_known(token, known, code) else stand_in(token)}{rest}"

    return _TOKEN.sub(judged, text)


def _is_known(token: str, known: frozenset[str], code: str) -> bool:
    if code and re.fullmatch(code, token):
        return True
    if sum(character.isdigit() for character in token) > _MOST_DIGITS:
        return False
    parts = filter(None, _PARTS.split(token.lower()))
    return all(part in known or part.isdecimal() for part in parts)
