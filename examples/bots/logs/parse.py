"""Takes a syslog message apart: RFC 5424, RFC 3164, or any line at all."""

import re
from collections import namedtuple

from noroshi import code

Message = namedtuple("Message", "severity host app text")
Message.__doc__ = "severity: emerg to debug, or None; host and app may be empty."

SEVERITIES = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
# Longer messages are cut.
MOST = 2000

_PRIORITY = re.compile(r"<(\d{1,3})>")
_HEADER_5424 = re.compile(r"1 (\S+) (\S+) (\S+) (\S+) (\S+) (?=-|\[)")
_ELEMENT = re.compile(r"\[(?:[^\]\"]|\"(?:[^\"\\]|\\.)*\")*\]")
_HEADER_3164 = re.compile(
    r"(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)) ([\w.:-]+) "
)
_TAG = re.compile(r"([\w./-]{1,64})(?:\[(\d+)\])?: ?")


def parse(line):
    """The Message of a line; whatever does not follow either form is all text."""
    line = line.rstrip("\r\n\0")[: 4 * MOST]
    severity, found = None, _PRIORITY.match(line)
    if found and int(found[1]) < 192:
        severity, line = SEVERITIES[int(found[1]) % 8], line[found.end() :]
    found = _HEADER_5424.match(line)
    if found:
        return Message(severity, _given(found[2]), _given(found[3]), _after_data(line[found.end() :]))
    host = ""
    found = _HEADER_3164.match(line)
    if found:
        host, line = found[1], line[found.end() :]
    elif severity is None:
        return Message(None, "", "", line[:MOST])
    found = _TAG.match(line)
    if found:
        return Message(severity, host, found[1], line[found.end() :][:MOST])
    return Message(severity, host, "", line[:MOST])


def _given(field):
    return "" if field == "-" else field


def _after_data(rest):
    """What stands behind the structured data."""
    at = 1 if rest.startswith("-") else 0
    while rest.startswith("[", at):
        element = _ELEMENT.match(rest, at)
        if not element:
            break
        at = element.end()
    return rest[at:].lstrip().removeprefix("\ufeff")[:MOST]


def post_of(message, tags):
    """The text of a post: whence, how bad, and the message as code, in which nothing is a tag or a mention."""
    whence = " ".join(code(part) for part in (message.host, message.app) if part)
    head = " ".join(part for part in (whence, "(%s)" % message.severity if message.severity else "") if part)
    lines = [part for part in (head, code(message.text) if message.text.strip() else "") if part]
    return "\n".join(lines) + "\n\n" + " ".join("#" + tag.lstrip("#") for tag in tags)
