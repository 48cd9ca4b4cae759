"""Gets the body of a feed, if it changed."""

import email.message
import time
import urllib.error
import urllib.request
from collections import namedtuple

Fetched = namedtuple("Fetched", "body charset validators")
Fetched.__doc__ = "validators: what to send along next time."

# Seconds until a feed that says nothing is given up, and for all of it; bytes of the largest feed.
SILENCE, WHOLE, MOST = 20, 60, 10 * 1024 * 1024

# http and https and nothing else: what a feed redirects to is not the operator's choice.
_OPENER = urllib.request.OpenerDirector()
for _handler in (
    urllib.request.ProxyHandler, urllib.request.HTTPHandler, urllib.request.HTTPSHandler,
    urllib.request.HTTPRedirectHandler, urllib.request.HTTPDefaultErrorHandler, urllib.request.HTTPErrorProcessor,
):
    _OPENER.add_handler(_handler())


def fetch(source, validators):
    """The body of a URL or file; None if the server says that it did not change."""
    if not source.startswith(("http://", "https://")):
        with open(source, "rb") as file:
            return Fetched(_whole(file), None, {})
    request = urllib.request.Request(source, headers={"User-Agent": "noroshi-rss", "Accept": "*/*"})
    for name, header in (("etag", "If-None-Match"), ("modified", "If-Modified-Since")):
        if validators.get(name):
            request.add_header(header, validators[name])
    try:
        with _OPENER.open(request, timeout=SILENCE) as answer:
            fresh = {"etag": answer.headers.get("ETag"), "modified": answer.headers.get("Last-Modified")}
            return Fetched(_whole(answer), _charset(answer.headers.get("Content-Type")), fresh)
    except urllib.error.HTTPError as error:
        if error.code == 304:
            return None
        raise


def _whole(file):
    body, until = b"", time.monotonic() + WHOLE
    read = getattr(file, "read1", file.read)
    while True:
        block = read(64 * 1024)
        if not block:
            return body
        body += block
        if len(body) > MOST:
            raise OSError("larger than %d bytes" % MOST)
        if time.monotonic() > until:
            raise OSError("took longer than %d seconds" % WHOLE)


def _charset(content_type):
    if not content_type:
        return None
    message = email.message.Message()
    message["Content-Type"] = content_type
    return message.get_content_charset()
