"""Results that somebody typed into prose, which a change of the model would make wrong."""

import re

CALLED = r"(?:\d+(?:[-\N{EN DASH}]\d+)?)(?:, (?:and )?\d+)*(?: and \d+)?"
NO_RESULT = [
    r"\$[^$]*\$",  # mathematics
    r"`[^`]*`",  # settings and names
    r"\]\([^)]*\)",  # where a link leads
    r"\b(?:1[6-9]|20)\d\d(?:[-\N{EN DASH}]\d{2,4})?\b",  # years of the calendar
    rf"\b(?:ch\.|pp?\.|notes?|Exercises?|Answers?|Notebooks?) {CALLED}",  # places in a text
    r"(?m)^\s*\d+\. ",  # items of a list
    r"(?m)^# \d \N{MIDDLE DOT}",  # the number of the notebook
    r"\b95 % (?:bands?|intervals?)",  # how sure intervals are, everywhere
]

TENS = "ten eleven twelve fifteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand"
SPELLED = rf"\b(?:{TENS.replace(' ', '|')})[\w -]{{0,25}}?\b(?:years?|runs?|times|histories|wars|disputes)\b"
RESULT = re.compile(rf"\d|%|per ?cent|{SPELLED}", re.IGNORECASE)


def typed_results(words, harmless=NO_RESULT):
    """What looks like a result that somebody typed, which a change of the model would make wrong."""
    for pattern in harmless:
        words = re.sub(pattern, " ", words)
    return [words[max(0, m.start() - 30) : m.end() + 20].strip() for m in RESULT.finditer(words)]
