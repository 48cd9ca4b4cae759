"""Takes a host name apart: below which suffix it was registered, and whether it follows a known pattern.

The suffixes are few; a name below one that is missing is only taken apart one label too low.
"""

import re
from collections import namedtuple

Name = namedtuple("Name", "text below registered suffix known_suffix dynamic")
Name.__doc__ = "below: labels under the registered one, outermost last; dynamic: anybody gets a name there at once."

_SECOND_LEVELS = frozenset("ac ad co com ed edu gen go gob gouv gov govt gr id info lg ltd me mil ne net nom "
                           "or org plc sch web".split())
_DYNAMIC = frozenset("""
ddns.net dyndns.org dynserv.com dyndns.biz dyndns.info dyn-o-saur.com duckdns.org no-ip.org no-ip.com no-ip.biz
no-ip.info hopto.org zapto.org sytes.net servebeer.com serveftp.com servegame.com myftp.org mooo.com yi.org
afraid.org chickenkiller.com strangled.net us.to co.cc cz.cc 3322.org 8866.org dnsdynamic.com changeip.com
ddns.info homeip.net homelinux.org ath.cx myvnc.com redirectme.net bounceme.net freedns.org dynu.net
""".split())
_HOSTED = frozenset("""
github.io gitlab.io herokuapp.com appspot.com web.app firebaseapp.com netlify.app vercel.app pages.dev workers.dev
blogspot.com wordpress.com weebly.com wixsite.com s3.amazonaws.com
""".split())
# What may be a top-level domain, of which there are too many to know: letters, and no more than the longest has.
_TOP_LEVEL = re.compile(r"[a-z]{2,18}|xn--[a-z0-9-]+")
# Where one registers for next to nothing, and so thousands of names a day.
_CHEAP = frozenset("ws cc biz info tk ml ga cf gq top xyz pw su kz cn tw nu bid club work icu cyou rest bit".split())

# Whose names below are made by machines, and mean no harm by it.
_MACHINES = tuple("." + parent for parent in """
arpa akamaiedge.net akamai.net akamaihd.net akamaized.net akadns.net akamaitechnologies.com edgekey.net edgesuite.net
edgecastcdn.net cloudfront.net amazonaws.com amazonaws.com.cn awsglobalaccelerator.com on.aws aws.dev awsdns.com
azureedge.net azurefd.net azurewebsites.net windows.net cloudapp.net cloudapp.azure.com trafficmanager.net
msedge.net office.net office.com office365.com microsoftonline.com live.com sharepoint.com bing.net
googlevideo.com googleusercontent.com googlesyndication.com googleapis.com gvt1.com gvt2.com 1e100.net ggpht.com
run.app web.app firebaseio.com firebaseapp.com appspot.com cloudfunctions.net goog gstatic.com youtube.com
cloudflare.net cloudflare.com cloudflareinsights.com workers.dev pages.dev cdn77.org cdn77.com b-cdn.net fastly.net
fastlylb.net llnwd.net llnwi.net footprint.net hwcdn.net stackpathdns.com kxcdn.com kunlunca.com alicdn.com
aliyuncs.com myqcloud.com tencent-cloud.net wscdns.com cdngslb.com lxdns.com chinanetcenter.com cdnetworks.net
fbcdn.net facebook.com whatsapp.net cdninstagram.com nflxvideo.net nflxso.net tiktokcdn.com apple.com icloud.com
aaplimg.com mzstatic.com apple-dns.net push-apple.com.akadns.net herokuapp.com herokudns.com netlify.app vercel.app
oraclecloud.com digitaloceanspaces.com ondigitalocean.app linodeobjects.com rackcdn.com backblazeb2.com
mcafee.com sophosxl.net trendmicro.com cymru.com spamhaus.net surbl.org uribl.com senderbase.org barracudacentral.org
""".split())
_PATTERNS = [re.compile(p) for p in (
    r"(^|\.)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(\.|$)",
    r"(^|[.a-z-])\d{1,3}[.-]\d{1,3}[.-]\d{1,3}[.-]\d{1,3}[.-]",
    r"(^|\.)_[a-z0-9-]+\.",
    r"(^|\.)sn-[a-z0-9-]+\.",
)]


def understood(text):
    """The name in small letters without the dot at its end; None if it is no host name of two labels or more."""
    text = text.strip().rstrip(".").lower()
    labels = text.split(".")
    if len(text) > 253 or len(labels) < 2 or not all(0 < len(label) <= 63 for label in labels):
        return None
    if not all(letter.isalnum() or letter in "-_." for letter in text) or labels[-1].isdigit():
        return None
    return text


def _suffix_length(labels):
    joined = [".".join(labels[-n:]) for n in (1, 2, 3)]
    for length, suffix in ((3, joined[2]), (2, joined[1])):
        if suffix in _DYNAMIC or suffix in _HOSTED:
            return length
    top = labels[-1]
    if len(top) == 2 and labels[-2] in _SECOND_LEVELS:
        return 2
    return 1 if _TOP_LEVEL.fullmatch(top) else 0


def take_apart(text):
    """The parts of a name that `understood` gave."""
    labels = text.split(".")
    length = min(_suffix_length(labels), len(labels) - 1)
    at = len(labels) - max(length, 1) - 1
    suffix = ".".join(labels[len(labels) - length :]) if length else ""
    if not length:
        # No suffix that anybody gives names under: all labels speak for themselves.
        return Name(text, labels[:-1], labels[-1], "", False, False)
    return Name(text, labels[:at], labels[at], suffix, True, suffix in _DYNAMIC)


def cheap(name):
    """Whether the name stands where names cost next to nothing."""
    return name.dynamic or name.suffix.rpartition(".")[2] in _CHEAP


def made_by_known_machines(text):
    """Whether the name is one of a pattern that harmless machines make."""
    return ("." + text).endswith(_MACHINES) or any(pattern.search(text) for pattern in _PATTERNS)
