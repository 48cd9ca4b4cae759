"""Makes plain words of what feeds write."""

import html
import re

# Markup beyond this is not looked at.
_MOST = 20_000
_SILENT = frozenset("script style iframe object template noscript".split())
_TAG = re.compile(r"(</?[a-zA-Z!?][^<>]*>)")
_NAME = re.compile(r"</?([a-zA-Z0-9]*)")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#@|])")


def stripped(markup):
    """The words of some HTML on one line. Whatever is no HTML stays as it is."""
    texts, silent = [], ""
    for part in _TAG.split(_without_comments(markup[:_MOST])):
        if not _TAG.fullmatch(part):
            if not silent:
                texts.append(html.unescape(part))
            continue
        name = _NAME.match(part)
        name = name[1].lower() if name else ""
        if silent:
            silent = "" if part.startswith("</") and name == silent else silent
        elif name in _SILENT and not part.startswith("</") and not part.endswith("/>"):
            silent = name
        texts.append(" ")
    words = " ".join("".join(texts).split())
    return "".join(letter for letter in words if letter.isprintable())


def _without_comments(markup):
    kept = []
    while markup:
        before, _, after = markup.partition("<!--")
        kept.append(before)
        markup = after.partition("-->")[2]
    return " ".join(kept)


def shortened(words, most):
    """At most so many characters, cut between words where there are any, escaped for Markdown."""
    if len(words) > most:
        cut = words[: most - 1]
        space = cut.rfind(" ")
        words = (cut[:space] if space > most // 2 else cut) + "…"
    return _MARKDOWN.sub(r"\\\1", words)
