"""Finds the URLs that a post asks about, in whatever spelling, and takes them apart."""

import re
import unicodedata
import urllib.parse
from collections import namedtuple

Url = namedtuple("Url", "text scheme host port path userinfo data")
Url.__doc__ = "text: the whole of it, whole again; data: whether it is a data: URL, which has no host."

ASKED = re.compile(r"[@＠]is_a_phish(?![\w-])", re.IGNORECASE)
# More are not judged in one post, and no longer ones.
MOST, LONGEST = 5, 4000

_DOTS = re.compile(r"\s?[\[({（【]\s?(?:\.|dot)\s?[\])}）】]\s?|[。｡．․]", re.IGNORECASE)
_MARKS = [
    (re.compile(r"h(?:xx|\*\*|tt|__)p(s?)(?=\s?[\[(]?:)", re.IGNORECASE), r"http\1"),
    (re.compile(r"[\[(]\s?:\s?[\])]"), ":"),
    (re.compile(r"[\[(]\s?(?::\s?)?//\s?[\])]"), "://"),
    (re.compile(r"[\[(]\s?@\s?[\])]"), "@"),
    (re.compile(r"[\[(]\s?/\s?[\])]"), "/"),
    (re.compile(r"(https?):?:/{2,}", re.IGNORECASE), r"\1://"),
]
_CANDIDATE = re.compile(
    r"data:[a-z]+/[^\s<>\"]+"
    r"|https?://[^\s<>\"「」『』、]+"
    r"|[^\s<>\"'`(\[*/@「」『』、:]+\.[^\s<>\"/「」『』、:.]+(?::\d+)?(?:/[^\s<>\"「」『』、]*)?",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?)]}>'*`"


def whole(text):
    """The text with all defanged and full-width spellings undone."""
    text = _DOTS.sub(".", text)
    text = unicodedata.normalize("NFKC", text)
    text = _DOTS.sub(".", text)
    for mark, plain in _MARKS:
        text = mark.sub(plain, text)
    return text


def asked(text):
    """The Urls behind `@is_a_phish`, in order, each once; none if the post does not ask."""
    found = ASKED.search(text)
    if not found:
        return []
    urls = {}
    for candidate in _CANDIDATE.finditer(whole(text[found.end() : found.end() + LONGEST])):
        url = take_apart(candidate[0].rstrip(_TRAILING))
        if url and len(urls) < MOST:
            urls.setdefault(url.text, url)
    return list(urls.values())


def take_apart(text):
    """The parts of a URL or of a bare host name; None if it is neither."""
    if text.lower().startswith("data:"):
        return Url(text, "data", "", None, text, "", True)
    if "://" not in text:
        text = "http://" + text
    try:
        parts = urllib.parse.urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or not re.search(r"[.:]", host) or len(host) > 253:
        return None
    path = parts.path + ("?" + parts.query if parts.query else "") + ("#" + parts.fragment if parts.fragment else "")
    userinfo = parts.netloc.rpartition("@")[0]
    return Url(text, parts.scheme.lower(), host.rstrip("."), port, path, userinfo, False)
