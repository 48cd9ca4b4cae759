"""Makes plain words of what feeds write."""

import html.parser
import re

_SILENT = frozenset("script style iframe object template noscript".split())
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#@|])")


class _Stripper(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.texts, self._silent = [], 0

    def handle_starttag(self, tag, attrs):
        self._silent += tag in _SILENT
        self.texts.append(" ")

    def handle_endtag(self, tag):
        self._silent -= tag in _SILENT and self._silent > 0
        self.texts.append(" ")

    def handle_data(self, data):
        if not self._silent:
            self.texts.append(data)


def stripped(markup):
    """The words of some HTML on one line."""
    stripper = _Stripper()
    stripper.feed(markup[:100_000])
    stripper.close()
    words = " ".join("".join(stripper.texts).split())
    return "".join(letter for letter in words if letter.isprintable())


def shortened(words, most):
    """At most so many characters, cut between words where there are any, escaped for Markdown."""
    if len(words) > most:
        cut = words[: most - 1]
        space = cut.rfind(" ")
        words = (cut[:space] if space > most // 2 else cut) + "…"
    return _MARKDOWN.sub(r"\\\1", words)
