"""How much a label looks like something people write: a small model of which letters follow which.

The model is a table made by train.py of the word lists beside it: for every two letters, how surprising each next
one is, in quarter bits. What counts here is the excess: how many more bits a label takes than it would if all
letters were equally likely. Words come out below nought, random letters above it.
"""

import math
import os

LETTERS = "abcdefghijklmnopqrstuvwxyz0-"
END = "$"
SYMBOLS = LETTERS + END
START = "^"
STEPS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
STEP_BITS = 0.25

_TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "model.txt")


def shape(label):
    """The label as the model reads it: all digits are one symbol, whatever is no letter is a hyphen."""
    folded = []
    for letter in label.lower():
        if letter.isascii() and letter.isdigit():
            folded.append("0")
        elif letter in LETTERS:
            folded.append(letter)
        else:
            folded.append("-")
    return "".join(folded)


class Language:
    """The model, read from its file."""

    def __init__(self, path=_TABLE):
        self._bits = {}
        with open(path, encoding="ascii") as table:
            for line in table:
                if line.startswith("#"):
                    continue
                context, row = line.rstrip("\n").split(" ")
                bits = [STEPS.index(step) * STEP_BITS for step in row]
                self._bits[context] = dict(zip(SYMBOLS, bits))

    def excess(self, label):
        """Bits that the label takes beyond those of random letters; a list, one entry a letter."""
        text = shape(label)
        digits = "0" in text
        fair = math.log2(36 if digits else 26)
        before, excess = START + START, []
        for letter in text:
            row = self._bits.get(before) or self._bits.get(before[1]) or self._bits[""]
            bits = row[letter] + (math.log2(10) if letter == "0" else 0)
            excess.append(bits - fair)
            before = before[1] + letter
        return excess
