"""Reads a line of a DNS query log: who asked for which name, and whether there is such a name.

Understood line by line, so that any mixture may be read: Zeek's dns.log (tabs, with its #fields line) and its JSON,
other JSON lines, BIND's query log, dnsmasq's log, and plain names one a line.
"""

import json
import re
from collections import namedtuple

Query = namedtuple("Query", "client name missing")
Query.__doc__ = "client: None if the log does not say; missing: True if the answer was that there is no such name."

# A longer line is no line of such a log.
MOST = 8 * 1024

_NAME_KEYS = ("query", "qname", "name", "question", "domain", "rrname")
_CLIENT_KEYS = ("id.orig_h", "client", "client_ip", "src_ip", "src", "source")
_CODE_KEYS = ("rcode_name", "rcode", "status", "response_code")

_BIND = re.compile(r"client (?:@0x[0-9a-f]+ )?([0-9a-fA-F.:]+)#\d+[^:]*: (?:view [^:]+: )?query: (\S+) ")
_DNSMASQ_ASKED = re.compile(r"dnsmasq\[\d+\]: (?:\d+ \S+ )?query\[[A-Za-z0-9=]+\] (\S+) from (\S+)")
_DNSMASQ_MISSING = re.compile(r"dnsmasq\[\d+\]: (?:\d+ (\S+)/\d+ )?(?:reply|config|cached) (\S+) is NXDOMAIN")
_NAME = re.compile(r"[\w.-]+")


class Reader:
    """Remembers the header of Zeek's tabbed form, and nothing else."""

    def __init__(self):
        self._fields = None

    def read(self, line):
        """The Query of one line, or None if it holds none."""
        line = line.rstrip("\r\n")
        if not line.strip() or len(line) > MOST:
            return None
        if line.startswith("#"):
            if line.startswith("#fields\t"):
                self._fields = line.split("\t")[1:]
            return None
        if line.startswith("{"):
            return _json(line)
        if self._fields and "\t" in line:
            return self._zeek(line)
        return _words(line)

    def _zeek(self, line):
        row = dict(zip(self._fields, line.split("\t")))
        name = row.get("query")
        if not name or name in ("-", "(empty)"):
            return None
        return Query(row.get("id.orig_h"), name, row.get("rcode_name") == "NXDOMAIN" or row.get("rcode") == "3")


def _json(line):
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    # Suricata and others have the question one level down.
    inner = row.get("dns") if isinstance(row.get("dns"), dict) else {}
    name = _first(inner, _NAME_KEYS) or _first(row, _NAME_KEYS)
    if name is None:
        return None
    client = _first(row, _CLIENT_KEYS)
    code = _first(inner, _CODE_KEYS) or _first(row, _CODE_KEYS)
    return Query(client, name, code in ("NXDOMAIN", "3"))


def _first(row, keys):
    for key in keys:
        value = row.get(key)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "":
            return str(value)
    return None


def _words(line):
    found = _BIND.search(line)
    if found:
        return Query(found[1], found[2], False)
    found = _DNSMASQ_ASKED.search(line)
    if found:
        return Query(found[2], found[1], False)
    found = _DNSMASQ_MISSING.search(line)
    if found:
        return Query(found[1], found[2], True)
    found = _NAME.fullmatch(line.strip())
    return Query(None, found[0], False) if found else None
