"""What the looks of a URL tell: a list of (weight, key of the reason, its words)."""

import ipaddress
import re
import unicodedata

from dga.detector import Detector
from dga.names import take_apart as name_apart
from dga.names import understood

from .brands import OWN, imitated, named_in

_SHORTENERS = frozenset("""
bit.ly t.co goo.gl tinyurl.com is.gd ow.ly buff.ly cutt.ly rb.gy t.ly tiny.cc shorturl.at x.gd lnkd.in s.id qr.ae
rebrand.ly v.gd bl.ink ux.nu p.tl
""".split())
_CHEAP = frozenset("""
tk ml ga cf gq top xyz icu cyou cfd sbs bond buzz click link rest monster quest live shop online site club work vip
fit wang cn ru su pw cc ws zip mov
""".split())
_CREDENTIALS = re.compile(
    r"(?<![a-z])(log-?in|log-?on|sign-?in|verif\w*|confirm\w*|secur\w*|account|update|password|passwd|webscr|wallet"
    r"|unlock|suspend\w*|billing|auth\w*|sso|myaccount|kaiin|ninsho|honnin|kakunin)(?![a-z])"
)
_PORTS = (None, 80, 443, 8080, 8443)
LONG, MANY = 120, 3

_DETECTOR = Detector()


def features(url):
    """All that is odd about the URL."""
    if url.data:
        return [(4, "data", {})]
    found = list(_of_address(url)) if address(url.host) else list(_of_name(url))
    if url.userinfo:
        pretends = "." in url.userinfo or named_in(url.userinfo)
        found.append((5 if pretends else 3, "userinfo", {"host": url.host}))
    if url.port not in _PORTS:
        found.append((1, "port", {"port": url.port}))
    if len(url.text) > LONG:
        found.append((1, "long", {"length": len(url.text)}))
    word = _CREDENTIALS.search(url.path.lower())
    if word:
        found.append((1, "credentials", {"word": word[0]}))
    return found


def address(host):
    """Whether the host is an address, in any spelling that browsers take for one."""
    try:
        ipaddress.ip_address(host.strip("[]"))
        return True
    except ValueError:
        return bool(re.fullmatch(r"(0x[0-9a-f]+|\d+)(\.(0x[0-9a-f]+|\d+)){0,3}", host, re.IGNORECASE))


def _of_address(url):
    yield 3, "address", {}
    brand = named_in(url.path)
    if brand:
        yield 2, "brand_in_path", {"brand": brand}


def _of_name(url):
    host = url.host.lower()
    text = understood(host)
    if text is None:
        return
    name = name_apart(text)
    domain = ".".join(part for part in (name.registered, name.suffix) if part)
    shown = _unicode(name.registered)
    if any(label.startswith("xn--") or not label.isascii() for label in text.split(".")):
        mixed = len(_scripts(shown)) > 1
        yield (3, "mixed", {"shown": shown}) if mixed else (1, "punycode", {"shown": shown})
    imitation = imitated(shown, domain)
    if imitation:
        yield _IMITATIONS[imitation[1]], "imitates_" + imitation[1], {"brand": imitation[0], "domain": domain}
    yield from _around(url, name, domain, imitation)
    if domain in _SHORTENERS:
        yield 2, "shortener", {"domain": domain}
    if name.suffix.rpartition(".")[2] in _CHEAP:
        yield 1, "ending", {"ending": name.suffix}
    if len(name.below) > MANY:
        yield 1, "subdomains", {"count": len(name.below)}
    if _DETECTOR.judge(text):
        yield 2, "generated", {}


_IMITATIONS = {"look": 5, "edit": 4, "words": 3, "ending": 3}


def _around(url, name, domain, imitation):
    """A brand or a word for signing in beside the registered domain."""
    word = _CREDENTIALS.search(" ".join(name.below + [name.registered]))
    if word:
        yield 1, "credentials_in_host", {"word": word[0]}
    if domain in OWN:
        return
    brand = named_in(" ".join(name.below))
    if brand and brand != name.registered:
        yield 3, "brand_in_subdomain", {"brand": brand, "domain": domain}
        return
    brand = named_in(url.path)
    if brand and not imitation and brand != name.registered:
        yield 1, "brand_in_path", {"brand": brand}


def _unicode(label):
    if label.startswith("xn--"):
        try:
            return label[4:].encode("ascii").decode("punycode")
        except (UnicodeError, ValueError):
            return label
    return label


def _scripts(label):
    """Scripts of the letters, those that Japanese mixes counted as one."""
    found = set()
    for letter in label:
        if letter.isalpha():
            script = unicodedata.name(letter, "?").split(" ")[0]
            found.add("JAPANESE" if script in ("HIRAGANA", "KATAKANA", "CJK", "KATAKANA-HIRAGANA") else script)
    return found - {"LATIN"} if "JAPANESE" in found else found
