#!/usr/bin/env python3
"""Reads a DNS query log, and posts the names in it that a program made up: a few posts, never one a name.

    dga_watcher.py /var/log/zeek/dns.log
    dga_watcher.py --follow /var/log/named/query.log --state /var/lib/noroshi/dga.json
    zcat queries.gz | dga_watcher.py -
"""

import argparse
import hashlib
import sys
import time
from collections import OrderedDict

from dga.bursts import Bursts
from dga.detector import Detector
from dga.follow import Follower
from dga.names import understood
from dga.querylog import Reader
from noroshi import Hub, Refused, defang, load, note, save

DAY = 24 * 3600
# Names remembered as told, names waiting to be told, clients counted of each.
MOST_TOLD, MOST_WAITING, MOST_CLIENTS = 100_000, 5000, 1000
# Verdicts kept: a log repeats its names.
MOST_JUDGED = 50_000


class Told:
    """Names that were told within a day, as short digests with their time."""

    def __init__(self, state):
        self._times = OrderedDict(sorted(state.items(), key=lambda entry: entry[1]))

    def has(self, name, now):
        return now - self._times.get(_digest(name), -DAY) < DAY

    def add(self, names, now):
        for name in names:
            self._times[_digest(name)] = now
            self._times.move_to_end(_digest(name))
        while self._times and (len(self._times) > MOST_TOLD or now - next(iter(self._times.values())) >= DAY):
            self._times.popitem(last=False)

    def state(self):
        return dict(self._times)


def _digest(name):
    return hashlib.blake2b(name.encode(), digest_size=10).hexdigest()


class Waiting:
    """A finding that was not told yet, with who asked for it."""

    def __init__(self, finding):
        self.finding, self.clients, self.asked = finding, set(), 0

    def ask(self, client):
        self.asked += 1
        if client and len(self.clients) < MOST_CLIENTS:
            self.clients.add(client)


class Watcher:
    """Turns lines into findings, and findings into posts. Knows no hub, no file and no clock."""

    def __init__(self, detector, told):
        self._detector, self._told, self._reader = detector, told, Reader()
        self._bursts, self._judged = Bursts(), OrderedDict()
        self.waiting = OrderedDict()
        self.left_out = 0

    def line(self, line, now):
        query = self._reader.read(line)
        name = query and understood(query.name)
        if not name:
            return
        finding = self._judge(name)
        if finding:
            self._add(name, finding, query.client, now)
        elif query.missing and query.client and self._detector.odd(name):
            names = self._bursts.note(query.client, name, now)
            for each in names or ():
                self._add(each, self._detector.of_burst(each, len(names)), query.client, now)

    def _judge(self, name):
        if name not in self._judged:
            self._judged[name] = self._detector.judge(name)
            if len(self._judged) > MOST_JUDGED:
                self._judged.popitem(last=False)
        return self._judged[name]

    def _add(self, name, finding, client, now):
        if self._told.has(name, now):
            return
        if name not in self.waiting:
            if len(self.waiting) >= MOST_WAITING:
                self.left_out += 1
                return
            self.waiting[name] = Waiting(finding)
        self.waiting[name].ask(client)

    def bundle(self, most):
        """The text of a post about the first `most` findings, and their names; None if there is nothing to tell."""
        names = list(self.waiting)[:most]
        if not names:
            return None
        return text([self.waiting[name] for name in names], len(self.waiting) - len(names), self.left_out), names

    def tell(self, names, now):
        """These were posted."""
        self._told.add(names, now)
        for name in names:
            self.waiting.pop(name, None)
        self.left_out = 0


def text(waiting, more, left_out):
    """A post: one line a name, those of one registered domain together."""
    groups = OrderedDict()
    for one in waiting:
        groups.setdefault(one.finding.group, []).append(one)
    clients = set().union(*(one.clients for one in waiting))
    asked = ", asked for by " + _count(len(clients), "client") if clients else ""
    looks = "looks" if len(waiting) == 1 else "look"
    lines = ["%s %s generated%s. #dga" % (_count(len(waiting), "name"), looks, asked), ""]
    for group, ones in groups.items():
        ones.sort(key=lambda one: -one.finding.score)
        for one in ones[:3]:
            by = _count(len(one.clients), "client") if one.clients else _count(one.asked, "query", "queries")
            lines.append("- %s (%d/100, %s): %s" % (
                defang(one.finding.name), one.finding.score, by, "; ".join(one.finding.reasons)))
        if len(ones) > 3:
            lines.append("- and %d more under %s" % (len(ones) - 3, defang(group)))
    if left_out:
        lines += ["", "%s more were left out." % left_out]
    if more:
        lines += ["", "%d more follow." % more]
    return "\n".join(lines)


def _count(number, one, many=None):
    return "%d %s" % (number, one if number == 1 else many or one + "s")


class Teller:
    """Posts what a watcher found, when there is enough of it or when it has waited long enough."""

    def __init__(self, hub, watcher, told, options):
        self._hub, self._watcher, self._told, self._options = hub, watcher, told, options
        self._since = None

    def turn(self, now, ending=False):
        if not self._watcher.waiting:
            self._since = None
            return
        self._since = now if self._since is None else self._since
        enough = len(self._watcher.waiting) >= self._options.bundle
        while self._watcher.waiting and (enough or ending or now - self._since >= self._options.every):
            post, names = self._watcher.bundle(self._options.bundle)
            try:
                self._hub.post(post, tlp=self._options.tlp)
            except (OSError, Refused) as error:
                if ending:
                    raise
                # The findings stay, and are told next time.
                note("not posted: %s" % error)
                self._since = now
                return
            self._watcher.tell(names, now)
            if self._options.state:
                save(self._options.state, self._told.state())
            enough, self._since = len(self._watcher.waiting) >= self._options.bundle, now


def lines(options):
    """Lines of the log; None where there is a pause."""
    if options.follow:
        yield from Follower(options.follow).lines()
    elif options.file == "-":
        yield from (line.decode("utf-8", "replace") for line in iter(lambda: sys.stdin.buffer.readline(1 << 20), b""))
    else:
        with open(options.file, "rb") as file:
            yield from (line.decode("utf-8", "replace") for line in iter(lambda: file.readline(1 << 20), b""))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("file", nargs="?", help="the log, or - for standard input")
    where.add_argument("--follow", metavar="FILE", help="a log that grows; goes on after it was rotated")
    parser.add_argument("--state", metavar="FILE", help="remembers here what was posted, for a day")
    parser.add_argument("--bundle", type=int, default=20, metavar="N", help="post when there are so many names [20]")
    parser.add_argument("--every", type=float, default=300, metavar="SECONDS", help="or after so long [300]")
    parser.add_argument("--tlp", help="the marking of its posts")
    options = parser.parse_args()
    told = Told(load(options.state, {}) if options.state else {})
    watcher = Watcher(Detector(), told)
    teller = Teller(Hub.from_environment(), watcher, told, options)
    for line in lines(options):
        if line is not None:
            watcher.line(line, time.time())
        teller.turn(time.time())
    teller.turn(time.time(), ending=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
    except (OSError, Refused) as error:
        sys.exit("dga_watcher: %s" % error)
