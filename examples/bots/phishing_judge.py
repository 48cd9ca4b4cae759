#!/usr/bin/env python3
"""Answers `@is_a_phish URL` with a verdict and its reasons. Never contacts the URL.

    phishing_judge.py                                            a bot on the stream
    noroshi watch '"@is_a_phish"' --exec 'phishing_judge.py --filter' --reply    the same as a filter
"""

import argparse
import html
import json
import sys

from noroshi import Hub, LoopGuard, Refused, note
from phish.features import features
from phish.urls import asked
from phish.verdict import japanese, known, reply


def answer(hub, text):
    """The reply to a post's text, or None if it asks nothing."""
    replies = []
    for url in asked(text):
        found = known(None if url.data else lookup(hub, url)) + features(url)
        replies.append(reply(url, [one for one in found if not (url.data and one[1] == "unasked")], japanese(text)))
    return "\n\n".join(replies) or None


def lookup(hub, url):
    """What the hub knows of the URL and its host; None if it cannot be asked."""
    try:
        return hub.lookup(url.text)
    except (OSError, Refused) as error:
        note("lookup: %s" % error)
        return None


def run(hub):
    """Follows the stream for ever."""
    guard = LoopGuard(hub.name)
    for mew in hub.stream_like_necomatter("[@＠]is_a_phish", "judges URLs: @is_a_phish URL"):
        if not guard.may_answer(mew):
            continue
        text = answer(hub, html.unescape(mew["text"]))
        if text is None:
            continue
        try:
            guard.mine(hub.post_like_necomatter(text, mew["id"])["id"])
        except (OSError, Refused) as error:
            note("no reply to %s: %s" % (mew["id"], error))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--filter", action="store_true", help="judges the one post on standard input")
    options = parser.parse_args()
    hub = Hub.from_environment()
    if not options.filter:
        return run(hub)
    post = json.load(sys.stdin)
    post = post.get("post", post)
    text = answer(hub, post["text"]) if post.get("from") != hub.name else None
    if text:
        print(text)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
    except (OSError, Refused) as error:
        sys.exit("phishing_judge: %s" % error)
