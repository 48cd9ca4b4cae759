#!/usr/bin/env python3
"""Makes model.txt of the word lists in words/. Run it after changing them; it gives the same table every time."""

import glob
import math
import os
import random
import sys
from collections import Counter, defaultdict

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from dga.language import END, LETTERS, START, STEP_BITS, STEPS, SYMBOLS, shape  # noqa: E402

# A letter that never followed in the lists still may: so much is kept back for it at every level.
BACK_OFF = 6.0
# What people put between two words.
BETWEEN = "of the and in to for my no de la le du di do da von".split()


def words():
    """All words of the lists, in order."""
    found = []
    for path in sorted(glob.glob(os.path.join(HERE, "words", "*.txt"))):
        with open(path, encoding="ascii") as lines:
            for line in lines:
                if not line.startswith("#"):
                    found.extend(line.split())
    return found


def labels(words):
    """Labels as people make them of words: alone, two or three together, with a hyphen, with a number."""
    dice = random.Random(1)
    for word in words:
        yield word, 2.0
        other = dice.choice(words)
        yield word + other, 1.0
        yield other + dice.choice(BETWEEN) + word, 0.5
        yield other + "-" + word, 0.2
        number = str(dice.choice([1, 2, 3, 7, 10, 24, 88, 99, 123, 365, 2000]))
        yield word + number, 0.2
        yield number + word, 0.1


def count(labels):
    """Weights of each letter after two letters, after one and after none."""
    counts = defaultdict(Counter)
    for label, weight in labels:
        text = START + START + shape(label) + END
        for at in range(2, len(text)):
            for context in (text[at - 2 : at], text[at - 1], ""):
                counts[context][text[at]] += weight
    return counts


def chances(counts, context):
    """Chance of each symbol after the context, smoothed by those after a shorter one."""
    if context == "":
        below = dict.fromkeys(SYMBOLS, 1 / len(SYMBOLS))
    else:
        below = chances(counts, context[1:])
    seen = counts[context]
    total = sum(seen.values())
    return {s: (seen[s] + BACK_OFF * below[s]) / (total + BACK_OFF) for s in SYMBOLS}


def row(counts, context):
    """One line of the table."""
    steps = []
    for chance in chances(counts, context).values():
        step = round(-math.log2(chance) / STEP_BITS)
        steps.append(STEPS[min(step, len(STEPS) - 1)])
    return "%s %s\n" % (context, "".join(steps))


def table():
    """The lines of model.txt."""
    counts = count(labels(words()))
    yield "# Made by train.py; for each context, how surprising is each of %s\n" % SYMBOLS
    for context in sorted(c for c in counts if all(s in LETTERS + START for s in c)):
        yield row(counts, context)


if __name__ == "__main__":
    with open(os.path.join(HERE, "model.txt"), "w", encoding="ascii") as model:
        model.writelines(table())
