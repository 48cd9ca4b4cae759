#!/usr/bin/env python3
"""Posts what is new in RSS and Atom feeds, one post an item. Run it from cron.

    rss_fetcher.py feeds.json --state /var/lib/noroshi/rss.json

feeds.json names the feeds, each by a URL or a file, and nothing else is ever fetched:

    {"limit": 10, "feeds": [
        {"source": "https://www.example.com/alerts.rdf", "tags": ["alerts"]},
        {"source": "/var/spool/bulletins.xml", "tags": ["bulletin"], "defang": true}]}
"""

import argparse
import json
import sys

from feed.fetch import fetch
from feed.parse import BadFeed, parse
from feed.words import shortened, stripped
from noroshi import Hub, Refused, code, defang, load, note, save

# Posts a run, if the configuration says nothing; what is left comes with the next run.
LIMIT = 10
# Ids remembered of a feed; far more than a feed holds.
MOST_SEEN = 5000
SUMMARY, TITLE = 300, 200


def post_of(item, tags, defanged):
    """The text of the post about an item: title, summary, link, tags, each on lines of their own."""
    title = shortened(stripped(item.title), TITLE) or "(no title)"
    summary = shortened(stripped(item.summary), SUMMARY)
    link = "".join(item.link.split())
    if not link.startswith(("http://", "https://")):
        link = ""
    paragraphs = [title, summary if summary != title else "", code(defang(link)) if defanged and link else link]
    paragraphs.append(" ".join("#" + tag.lstrip("#") for tag in tags))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


class Run:
    """One run over all feeds."""

    def __init__(self, hub, state, limit, keep):
        self._hub, self._state, self._left, self._keep = hub, state, limit, keep
        self.failed = False

    def feed(self, settings):
        """Posts what is new in one feed; a feed that fails keeps no other one from being read."""
        source = settings["source"]
        memory = self._state.setdefault(source, {"seen": []})
        try:
            fetched = fetch(source, memory)
            if fetched is None:
                return
            items = parse(fetched.body, fetched.charset)
        except (OSError, BadFeed, ValueError) as error:
            note("%s: %s" % (source, error))
            self.failed = True
            return
        if self._post(items, settings, memory):
            # Only now: a feed that was not posted to its end must come whole again.
            memory.update(fetched.validators)
            self._keep()

    def _post(self, items, settings, memory):
        """Whether all that is new was posted, oldest first."""
        seen = set(memory["seen"])
        for item in reversed(items):
            if item.id in seen:
                continue
            if self._left <= 0:
                return False
            self._hub.post(post_of(item, settings.get("tags", []), settings.get("defang", False)))
            self._left -= 1
            seen.add(item.id)
            memory["seen"] = (memory["seen"] + [item.id])[-MOST_SEEN:]
            # After each, so that a run that is killed repeats one post at most.
            self._keep()
        return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", help="a JSON file that names the feeds")
    parser.add_argument("--state", metavar="FILE", required=True, help="remembers here what was posted")
    options = parser.parse_args()
    with open(options.config, encoding="utf-8") as file:
        config = json.load(file)
    state = load(options.state, {})
    run = Run(Hub.from_environment(), state, config.get("limit", LIMIT), lambda: save(options.state, state))
    for settings in config["feeds"]:
        run.feed(settings)
    return 1 if run.failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        pass
    except (OSError, Refused, KeyError) as error:
        sys.exit("rss_fetcher: %s" % error)
