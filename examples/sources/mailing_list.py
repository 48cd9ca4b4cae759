#!/usr/bin/env python3
"""A source of your own: the posts of a mailing list, read from a mailbox file (mbox).

    name = "oss-security"
    command = ["python3", "/opt/sources/mailing_list.py", "/var/mail/oss-security"]
    data = "news"

What it prints is what any source may print: a JSON object a line. Only `title` or `text` is needed. The hub finds the
addresses, hashes and CVE numbers in the text by itself; a message that is printed again is known by its `id`.
"""

import argparse
import json
import mailbox
import sys
from email.header import decode_header, make_header
from email.utils import parseaddr, parsedate_to_datetime


def words(header):
    """A header with its encoded words read, on one line."""
    try:
        return " ".join(str(make_header(decode_header(header or ""))).split())
    except (LookupError, UnicodeError, ValueError):
        return " ".join((header or "").split())


def text_of(message):
    """The first part that is plain text."""
    for part in message.walk():
        if part.get_content_type() == "text/plain" and not part.is_multipart():
            charset = part.get_content_charset() or "utf-8"
            body = part.get_payload(decode=True) or b""
            try:
                return body.decode(charset, "replace")
            except LookupError:
                return body.decode("utf-8", "replace")
    return ""


def item_of(message, link):
    """What the hub is told of one message."""
    name, address = parseaddr(words(message.get("From")))
    identifier = (message.get("Message-ID") or "").strip().strip("<>")
    item = {
        "id": identifier,
        "title": words(message.get("Subject")) or "(no subject)",
        "text": text_of(message).strip(),
        "author": name or address.split("@")[0],
        "tags": ["mailing-list"],
    }
    if link and identifier:
        item["url"] = link.replace("{id}", identifier)
    try:
        item["published"] = parsedate_to_datetime(message.get("Date")).isoformat()
    except (TypeError, ValueError):
        pass  # The hub takes the time at which it read it.
    return item


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mailbox", help="a file in mbox form")
    parser.add_argument("--link", help="where a message is published: https://lists.example/{id}")
    asked = parser.parse_args(arguments)
    for message in mailbox.mbox(asked.mailbox, create=False):
        print(json.dumps(item_of(message, asked.link), ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1:])
