"""Reads RSS 0.9x, 1.0 and 2.0 and Atom: the items of a feed, in its order.

Nothing that a feed declares is followed: a document type is passed over and never fetched, and one that declares
entities is refused.
"""

import hashlib
import re
import xml.parsers.expat
from collections import namedtuple
from xml.etree.ElementTree import TreeBuilder

Item = namedtuple("Item", "id title summary link")

MOST_ITEMS, DEEPEST, MOST_ELEMENTS = 1000, 50, 200_000

_DECLARATION = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_PROLOGUE = re.compile(r"^\s*<\?xml.{0,300}?\?>", re.DOTALL)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class BadFeed(Exception):
    """What was fetched is no feed that can be read."""


def parse(body, charset=None):
    """The items of a feed."""
    root = _tree(decoded(body, charset))
    kind = _local(root.tag)
    if kind not in ("rss", "RDF", "feed"):
        raise BadFeed("neither RSS nor Atom: its outermost element is %s" % kind[:40])
    items = [element for element in root.iter() if _local(element.tag) in ("item", "entry")]
    return [_item(element) for element in items[:MOST_ITEMS]]


def decoded(body, charset=None):
    """The text of a feed. Its own word for its encoding is tried first, then what is likely; nothing fails."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _CONTROLS.sub("", body.decode("utf-16", "replace"))
    declared = _DECLARATION.match(body)
    likely = [declared[1].decode("ascii")] if declared else []
    likely += [charset] if charset else []
    for name in likely + ["utf-8", "cp932", "euc_jp"]:
        try:
            text = body.decode({"shift_jis": "cp932", "x-sjis": "cp932"}.get(name.lower(), name))
            break
        except (LookupError, UnicodeError):
            continue
    else:
        text = body.decode("utf-8", "replace")
    return _CONTROLS.sub("", text.removeprefix("\ufeff"))


def _tree(text):
    """The elements, made by a parser that refuses whatever could lead elsewhere or grow."""
    builder, depth, count = TreeBuilder(), 0, 0
    parser = xml.parsers.expat.ParserCreate("utf-8", "}")
    parser.buffer_text = True

    def start(tag, attributes):
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > DEEPEST or count > MOST_ELEMENTS:
            raise BadFeed("too many elements, or too deep")
        builder.start(tag, attributes)

    def end(tag):
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def refuse(*_):
        raise BadFeed("it declares entities")

    def document_type(_name, _system, _public, internal):
        if internal:
            raise BadFeed("it brings a document type of its own")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler, parser.EntityDeclHandler = document_type, refuse
    parser.ExternalEntityRefHandler = refuse
    # The text is in one encoding by now, whatever it says of itself.
    text = _PROLOGUE.sub("", text, count=1)
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
        return builder.close()
    except xml.parsers.expat.ExpatError as error:
        raise BadFeed("no XML: %s" % error) from error


def _local(tag):
    return tag.rpartition("}")[2]


def _item(element):
    texts = {}
    for child in element:
        texts.setdefault(_local(child.tag), child)
    title, summary = _text(texts.get("title")), ""
    for name in ("description", "summary", "encoded", "content"):
        summary = summary or _text(texts.get(name))
    link = _link(element)
    about = next((value for name, value in element.attrib.items() if _local(name) == "about"), "")
    ident = _text(texts.get("guid")) or _text(texts.get("id")) or link or about
    # Without any of these the words are all that tells one item from another.
    ident = ident or hashlib.sha256((title + "\n" + summary).encode("utf-8", "replace")).hexdigest()
    return Item(ident[:500], title, summary, (link or about)[:2000])


def _text(element):
    """All text in an element; XHTML content has elements within."""
    return "".join(element.itertext()).strip() if element is not None else ""


def _link(element):
    """The link of RSS is a text; Atom has several, of which the page is meant."""
    found = ""
    for child in element:
        if _local(child.tag) != "link":
            continue
        address = (child.get("href") or _text(child)).strip()
        if child.get("rel", "alternate") == "alternate":
            return address
        found = found or address
    return found
