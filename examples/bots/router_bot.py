#!/usr/bin/env python3
"""Carries out orders about addresses: `#block 192.0.2.7` and `#unblock 192.0.2.7`, from named accounts only.

    router_bot.py --from alice --from noc                          says what it would do
    router_bot.py --from alice --execute -- /usr/local/sbin/acl    runs `/usr/local/sbin/acl block 192.0.2.7`

The command gets the action and one checked address or network as arguments of their own; no shell ever sees them.
"""

import argparse
import ipaddress
import re
import subprocess
import sys
from collections import namedtuple

from noroshi import Hub, LoopGuard, Refused, defang, note

Order = namedtuple("Order", "action networks refused")

# Not more in one post, and no network wider than these.
MOST, WIDEST = 20, {4: 24, 6: 48}
TIMEOUT = 30

_ACTION = re.compile(r"(?<!\S)#(block|unblock)(?![\w-])", re.IGNORECASE)


def order(text):
    """The order in a post; None if there is none. A post with two different orders is refused as a whole."""
    actions = {found.lower() for found in _ACTION.findall(text)}
    if not actions:
        return None
    action = actions.pop()
    if actions:
        return Order(action, [], ["block and unblock in one post"])
    values = text[_ACTION.search(text).end() :].replace("[.]", ".").replace("[:]", ":").replace(",", " ").split()
    networks, refused = [], []
    for value in values:
        if value.startswith("#"):
            continue
        network, why = checked(value)
        if why:
            refused.append(why)
        else:
            networks.append(network)
    if not values:
        refused.append("no address")
    if len(networks) > MOST:
        networks, refused = [], ["more than %d addresses" % MOST]
    return Order(action, list(dict.fromkeys(networks)), refused)


def checked(value):
    """(address or network in its one spelling, None), or (None, why not)."""
    try:
        if "%" in value:
            # A zone may be any text at all.
            raise ValueError(value)
        network = ipaddress.ip_network(value)
    except ValueError:
        return None, "not an address: %s" % re.sub(r"[^0-9A-Za-z.:/-]", "?", value[:50])
    if network.prefixlen < WIDEST[network.version]:
        return None, "too wide: %s" % network
    if getattr(network.network_address, "ipv4_mapped", None):
        return None, "an IPv4 address in IPv6: %s" % network
    if network.is_loopback or network.is_multicast or network.is_unspecified or network.is_link_local:
        return None, "never blocked: %s" % defang(str(network))
    return str(network.network_address if network.num_addresses == 1 else network), None


def carry_out(given, command, execute):
    """Runs the command for each address. The reply."""
    if given.refused:
        # All or nothing: who mistypes one address should see it before anything happens.
        return "error: %s" % "; ".join(defang(why) for why in given.refused[:5])
    done = []
    for network in given.networks:
        failed = _run(command + [given.action, network]) if execute else None
        if failed:
            before = " (done before: %s)" % ", ".join(map(defang, done)) if done else ""
            return "error: %s of %s failed: %s%s" % (given.action, defang(network), failed, before)
        done.append(network)
    word = "mitigated" if given.action == "block" else "released"
    return "%s%s %s" % ("" if execute else "dry run, not ", word, ", ".join(map(defang, done)))


def _run(argv):
    """None, or what went wrong."""
    try:
        ended = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        return "took longer than %d s" % TIMEOUT
    except OSError as error:
        return error.strerror or "cannot run"
    if ended.returncode:
        note(ended.stderr.decode("utf-8", "replace").strip()[:500])
        return "exit code %d" % ended.returncode
    return None


def run(hub, masters, command, execute):
    """Follows the stream for ever. After a lost connection it goes on where it was, so no order is lost."""
    guard = LoopGuard(hub.name, most=100)
    for post in hub.stream("tag:block OR tag:unblock"):
        if post.get("from") not in masters or not guard.may_answer(post):
            continue
        given = order(post["text"])
        if given is None:
            continue
        reply = carry_out(given, command, execute)
        note("%s for %s: %s" % (post["id"], post["from"], reply))
        try:
            guard.mine(hub.post(reply, reply_to=post["id"])["id"])
        except (OSError, Refused) as error:
            note("no reply to %s: %s" % (post["id"], error))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="masters", action="append", required=True, metavar="NAME",
                        help="an account to obey; several times for several")
    parser.add_argument("--execute", action="store_true", help="really runs the command")
    parser.add_argument("command", nargs="*", help="after --: the command and its first arguments")
    options = parser.parse_args()
    if options.execute and not options.command:
        parser.error("--execute needs a command after --")
    run(Hub.from_environment(), set(options.masters), options.command, options.execute)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
    except (OSError, Refused) as error:
        sys.exit("router_bot: %s" % error)
