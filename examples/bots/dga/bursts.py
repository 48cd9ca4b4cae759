"""Notices a client that walks through a list of short made-up names, none of which exists.

One such name tells nothing, since people register whatever is short; eight within ten minutes do.
"""

from collections import OrderedDict

WITHIN = 600
ENOUGH = 8
_CLIENTS = 5000


class Bursts:
    """Holds some names of each of the clients that asked last."""

    def __init__(self):
        self._clients = OrderedDict()

    def note(self, client, name, now):
        """Notes an odd name that does not exist. The names of the burst, once there are enough of them, or None."""
        names = self._clients.pop(client, {})
        names = {name: at for name, at in names.items() if now - at < WITHIN}
        names[name] = now
        if len(names) >= ENOUGH:
            return list(names)
        self._clients[client] = names
        if len(self._clients) > _CLIENTS:
            self._clients.popitem(last=False)
        return None
