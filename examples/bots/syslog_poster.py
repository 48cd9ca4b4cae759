#!/usr/bin/env python3
"""Posts log lines: as a program of syslog-ng or rsyslog (one line of standard input, one post), or as a listener.

    destination d_hub { program("/opt/bots/syslog_poster.py --tag firewall"); };
    syslog_poster.py --udp 5140
    syslog_poster.py --tcp 5140

It listens on the loopback address only. When lines come faster than `--most` a minute, the rest of the minute is
told in one post, "…and N more".
"""

import argparse
import sys
import time
from collections import Counter

from noroshi import Hub, Refused, code, note
from logs.lines import Stdin, Tcp, Udp
from logs.parse import parse, post_of

WITHIN = 60
MOST_KINDS = 1000


class Throttle:
    """Lets so many lines a minute through, and counts the rest."""

    def __init__(self, most):
        self._most, self._since, self._passed = most, None, 0
        self._more = Counter()

    def passes(self, message, now):
        if self._since is None:
            self._since = now
        if self._passed < self._most:
            self._passed += 1
            return True
        key = (message.host, message.app)
        self._more[key if key in self._more or len(self._more) < MOST_KINDS else ("", "")] += 1
        return False

    def summary(self, now, ending=False):
        """At the end of a minute: the counts of what did not pass, by host and program, or None."""
        if self._since is None or not (ending or now - self._since >= WITHIN):
            return None
        more, self._more = self._more, Counter()
        self._since, self._passed = None, 0
        return more or None


def summary_of(more, tags):
    """The post about lines that did not pass."""
    kinds = ["%s: %d" % (" ".join(filter(None, kind)) or "others", count) for kind, count in more.most_common(5)]
    text = "…and %d more log lines within a minute: %s" % (sum(more.values()), code(", ".join(kinds)))
    return text + "\n\n" + " ".join("#" + tag for tag in tags)


def run(hub, lines, throttle, tags):
    """Posts all lines. Where the hub asks for patience, the client waits, and the throttle counts on."""

    def send(text):
        try:
            hub.post(text)
        except (OSError, Refused) as error:
            note("not posted: %s" % error)

    for line in lines:
        now = time.monotonic()
        more = throttle.summary(now)
        if more:
            send(summary_of(more, tags))
        if line is None or not line.strip():
            continue
        message = parse(line)
        if throttle.passes(message, now):
            send(post_of(message, tags))
    more = throttle.summary(time.monotonic(), ending=True)
    if more:
        send(summary_of(more, tags))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--udp", type=int, metavar="PORT", help="listens on 127.0.0.1:PORT")
    where.add_argument("--tcp", type=int, metavar="PORT", help="the same for TCP, one message a line")
    parser.add_argument("--most", type=int, default=30, metavar="N", help="posts a minute [30]")
    parser.add_argument("--tag", action="append", default=[], help="a tag of all posts [syslog]")
    options = parser.parse_args()
    lines = Udp(options.udp) if options.udp is not None else Tcp(options.tcp) if options.tcp is not None else Stdin()
    if lines.port:
        # With port 0 the system chose one.
        print("listening on 127.0.0.1:%d" % lines.port, flush=True)
    run(Hub.from_environment(), lines, Throttle(options.most), options.tag or ["syslog"])


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
    except OSError as error:
        sys.exit("syslog_poster: %s" % error)
