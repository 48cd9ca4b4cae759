"""Judges one host name: was it generated, how sure, and why, in words."""

import re
from collections import namedtuple

from .language import Language
from .names import cheap, made_by_known_machines, take_apart, understood

Finding = namedtuple("Finding", "name group score reasons")
Finding.__doc__ = "group: the registered domain, by which findings are told together; score: 50 to 99."

# How many bits a registered label of so many letters must exceed. Below eight letters nobody can tell: people
# register whatever is short.
_LIMITS = {8: 36, 9: 32, 10: 18}
_LIMIT = 14
# The same for labels that the owner of a domain may choose freely; they have to be long as well.
_LIMIT_BELOW = 26
_SHORTEST_BELOW = 18
# Cheap places lower the limit, a hyphen raises it: generators have no use for one.
_CHEAP = 3
_HYPHEN = 12
# Each change between letters and digits beyond the second, which people have no use for either.
_CHANGE = 3
# How many bits a short name exceeds that is only odd: many of them together tell what one does not.
ODD = 4

_RUN = re.compile(r"(.)\1{2,}")
_INFRASTRUCTURE = re.compile(r"cdn|dns|gslb|static")
_CHANGES = re.compile(r"(?<=[a-z])(?=[0-9])|(?<=[0-9])(?=[a-z])")
_HEX = re.compile(r"[0-9a-f]{24,}")
_BASE32 = re.compile(r"[a-z2-7]{20,}")
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{6,}")


class Detector:
    """Needs the model once."""

    def __init__(self, language=None):
        self._language = language or Language()

    def excess(self, label):
        """Bits by which the oddest stretch of the label exceeds random letters; runs of one letter count as two."""
        label = _RUN.sub(r"\1\1", label)
        changes = max(len(_CHANGES.findall(label)) - 2, 0) * _CHANGE
        bits, length = max((sum(self._language.excess(part)), len(part)) for part in _INFRASTRUCTURE.split(label))
        return bits + changes, length

    def odd(self, text):
        """The registered domain, if it is one that may have been generated but is too short to be sure."""
        text = understood(text)
        if text is None or made_by_known_machines(text):
            return None
        name = take_apart(text)
        if name.below or not name.known_suffix or name.registered.startswith("xn--"):
            return None
        bits, length = self.excess(name.registered)
        return text if length >= 5 and bits > ODD else None

    def judge(self, text):
        """A Finding, or None."""
        text = understood(text)
        if text is None or made_by_known_machines(text):
            return None
        name = take_apart(text)
        best = None
        for label in [name.registered] + name.below:
            own = label is name.registered
            margin, bits = self._margin(label, name, own)
            if margin > 0 and (best is None or margin > best[0]):
                best = (margin, bits, label, own)
        if best is None:
            return None
        margin, bits, label, own = best
        group = ".".join(part for part in (name.registered, name.suffix) if part)
        return Finding(text, group, min(99, 50 + int(margin * 1.5)), reasons(label, bits, name, own))

    def of_burst(self, text, count):
        """The Finding of an odd name that came with so many others."""
        name = take_apart(text)
        bits, _ = self.excess(name.registered)
        why = ["one of %d short odd names that do not exist, from one client within minutes" % count]
        return Finding(text, name.text, 60, why + reasons(name.registered, bits, name, True))

    def _margin(self, label, name, own):
        """By how many bits the label exceeds its limit, and its bits."""
        if label.startswith(("xn--", "_")):
            return -1, 0
        bits, length = self.excess(label)
        if own:
            limit = _LIMITS.get(length, _LIMIT) if length >= 8 else None
        else:
            hashed = _HEX.fullmatch(label) and len(label) <= 40 and name.known_suffix
            limit = None if length < _SHORTEST_BELOW or hashed else _LIMIT_BELOW
        if limit is None:
            return -1, bits
        limit += _HYPHEN * label.count("-") - (_CHEAP if own and cheap(name) else 0)
        return bits - limit, bits


def reasons(label, bits, name, own):
    """Why, for people."""
    shown = label if len(label) <= 24 else label[:21] + "..."
    why = ["%s of %d letters reads like no language (%d bits over)" % (shown, len(label), bits)]
    digits = sum(letter.isdigit() for letter in label)
    vowels = sum(letter in "aeiouy" for letter in label)
    if _HEX.fullmatch(label):
        why.append("all hexadecimal")
    elif _BASE32.fullmatch(label) and digits:
        why.append("like base 32")
    elif digits >= 3:
        why.append("%d digits among the letters" % digits)
    if vowels * 5 < len(label) - digits:
        why.append("hardly a vowel")
    elif _CONSONANTS.search(label):
        why.append("a long run of consonants")
    if not own:
        why.append("a label below %s" % name.registered)
    if not name.known_suffix:
        why.append("no such top-level domain")
    elif name.dynamic:
        why.append("under dynamic DNS")
    return why
