"""Speaks to a Noroshi hub: posts, replies, follows a stream, looks values up. Python 3.9, nothing else.

Configured by the environment: NOROSHI_URL (http://127.0.0.1:8080), NOROSHI_NAME (the bot's account), and its key in
NOROSHI_KEY or in the file that NOROSHI_KEY_FILE names.
"""

import email.utils
import http.client
import json
import os
import sys
import time
import urllib.parse
from collections import OrderedDict, deque

# Keep-alive lines come every 25 seconds: who hears nothing for longer has lost the hub.
SILENCE = 60
# No answer is larger, and no line of a stream.
MOST = 8 * 1024 * 1024
# How often a call is repeated, and how long it waits for the hub at most between.
TRIES = 6
LONGEST_WAIT = 300


class Refused(Exception):
    """The hub said no; `status` is the HTTP status."""

    def __init__(self, status, text):
        super().__init__("the hub answered %d: %s" % (status, text[:300]))
        self.status = status


def note(message):
    """Tells the operator something."""
    print("%s: %s" % (os.path.basename(sys.argv[0]) or "bot", message), file=sys.stderr, flush=True)


class Hub:
    """One hub, as one account. Keeps one connection alive for calls, and one more for each stream."""

    def __init__(self, url, name, key):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("%r is not the http address of a hub" % url)
        self._parts, self.name, self._key = parts, name, key
        self._connection = None

    @classmethod
    def from_environment(cls):
        """The hub that the environment names; ends the program if it does not."""
        url = os.environ.get("NOROSHI_URL", "http://127.0.0.1:8080")
        name, key = os.environ.get("NOROSHI_NAME"), os.environ.get("NOROSHI_KEY")
        if not key and os.environ.get("NOROSHI_KEY_FILE"):
            with open(os.environ["NOROSHI_KEY_FILE"], encoding="utf-8") as file:
                key = file.read().strip()
        if not name or not key:
            sys.exit("set NOROSHI_NAME, and NOROSHI_KEY or NOROSHI_KEY_FILE")
        return cls(url, name, key)

    # -- calls

    def post(self, text, reply_to=None, audience=None, tlp=None):
        """Posts, or replies to the post of that id. Answers the post."""
        body = {"text": text, "reply_to": reply_to, "audience": audience, "tlp": tlp}
        return self.call("POST", "/api/v1/posts", {k: v for k, v in body.items() if v is not None})

    def lookup(self, value):
        """What the hub knows of a value."""
        return self.call("GET", "/api/v1/lookup/" + urllib.parse.quote(value, safe=""))

    def post_like_necomatter(self, text, reply_to=None):
        """The same as `post`, in NECOMAtter's way. Answers the mew."""
        body = {"user_name": self.name, "api_key": self._key, "text": text}
        if reply_to is not None:
            body["reply_to"] = reply_to
        mew = self.call("POST", "/post.json", body, bearer=False)
        if mew.get("result") != "ok" or "id" not in mew:
            raise Refused(200, json.dumps(mew))
        return mew

    def call(self, method, path, body=None, bearer=True):
        """One call; repeated while the hub is away (502 to 504 and no connection) or asks for patience (429, 503).

        If the answer to a post was lost with its connection, the post is made twice rather than not at all.
        """
        for attempt in range(TRIES):
            try:
                status, headers, answer = self._once(method, path, body, bearer)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if attempt + 1 == TRIES:
                    raise
                wait = 2**attempt
                note("%s; again in %d s" % (error, wait))
            else:
                if status < 300:
                    return json.loads(answer)
                if status not in (429, 502, 503, 504) or attempt + 1 == TRIES:
                    raise Refused(status, answer.decode("utf-8", "replace"))
                wait = patience(headers.get("Retry-After"), 2**attempt)
                note("the hub answered %d; again in %d s" % (status, wait))
            time.sleep(wait)
        raise AssertionError("unreachable")

    def _once(self, method, path, body, bearer):
        fresh = self._connection is None
        if fresh:
            self._connection = self._connect(30)
        content, headers = self._request(body, bearer)
        try:
            self._connection.request(method, self._parts.path.rstrip("/") + path, content, headers)
            response = self._connection.getresponse()
        except (ConnectionError, http.client.RemoteDisconnected):
            self.close()
            if fresh:
                raise
            # The hub had closed a connection that was idle.
            return self._once(method, path, body, bearer)
        answer = response.read(MOST + 1)
        if len(answer) > MOST or response.will_close:
            self.close()
        return response.status, response.headers, answer[:MOST]

    def close(self):
        """Gives the connection up; the next call makes a new one."""
        if self._connection:
            self._connection.close()
        self._connection = None

    def _connect(self, timeout):
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        return kind(self._parts.hostname, self._parts.port, timeout=timeout)

    def _request(self, body, bearer):
        headers = {"Accept": "application/json", "User-Agent": "noroshi-bot"}
        if bearer:
            headers["Authorization"] = "Bearer " + self._key
        if body is None:
            return None, headers
        headers["Content-Type"] = "application/json"
        return json.dumps(body), headers

    # -- streams

    def stream(self, query, last_id=None):
        """Posts that match, as they come, for ever. After a lost connection it goes on where it was."""
        path = "/api/v1/stream?" + urllib.parse.urlencode({"q": query})

        def ask():
            content, headers = self._request(None, True)
            headers["Accept"] = "application/x-ndjson"
            if last_id is not None:
                headers["Last-Event-ID"] = str(last_id)
            return "GET", path, content, headers

        for event in self._forever(ask):
            last_id = event.get("id", last_id)
            if event.get("type") == "post" and isinstance(event.get("post"), dict):
                yield event["post"]

    def stream_like_necomatter(self, regexp, description):
        """Mews whose text matches, as they come. What is posted while the connection is lost is not seen."""
        body = {"user_name": self.name, "api_key": self._key, "regexp": regexp, "description": description}
        for mew in self._forever(lambda: ("POST", "/stream/regexp.json", *self._request(body, False))):
            if "id" in mew and "user_name" in mew:
                yield mew

    def _forever(self, ask):
        lost = 0
        while True:
            wait = min(2**lost, 60)
            connection = self._connect(SILENCE)
            try:
                connection.request(*ask())
                response = connection.getresponse()
                if response.status in (429, 502, 503, 504):
                    wait = patience(response.headers.get("Retry-After"), wait)
                    raise OSError("the hub answered %d" % response.status)
                if response.status != 200:
                    raise Refused(response.status, response.read(1000).decode("utf-8", "replace"))
                for event in events(response):
                    lost = 0
                    yield event
                raise OSError("the stream ended")
            except (OSError, http.client.HTTPException) as error:
                lost += 1
                note("%s; again in %d s" % (error, wait))
            finally:
                connection.close()
            time.sleep(wait)


def events(lines):
    """The JSON objects of a stream's lines; empty lines only say that it is alive."""
    while True:
        line = lines.readline(MOST + 1)
        if not line:
            return
        if len(line) > MOST:
            raise OSError("a line of the stream is longer than %d bytes" % MOST)
        if line.strip():
            try:
                event = json.loads(line)
            except ValueError as error:
                raise OSError("the stream is not JSON: %s" % error) from error
            if isinstance(event, dict):
                yield event


def patience(retry_after, otherwise):
    """Seconds to wait, by a Retry-After of either form."""
    try:
        wait = float(retry_after)
    except (TypeError, ValueError):
        try:
            wait = email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time()
        except (TypeError, ValueError):
            wait = otherwise
    return min(max(wait, 0.1), LONGEST_WAIT) if wait == wait else otherwise


class LoopGuard:
    """Keeps a bot from answering itself, and from chatting with another bot for ever."""

    def __init__(self, name, most=10, within=60, clock=time.monotonic):
        self._name, self._most, self._within, self._clock = name, most, within, clock
        self._done, self._answered = OrderedDict(), OrderedDict()

    def mine(self, post_id):
        """Notes a post of ours."""
        _keep(self._done, post_id, True)

    def may_answer(self, post):
        """Whether to answer a post of either stream, and counts that as done: each post once, since a stream that
        goes on may repeat one, and at most `most` posts of an author a minute."""
        author = post.get("from", post.get("user_name"))
        if not author or author == self._name or post.get("id") in self._done:
            return False
        now, times = self._clock(), self._answered.get(author, deque())
        while times and now - times[0] >= self._within:
            times.popleft()
        if len(times) >= self._most:
            return False
        times.append(now)
        _keep(self._answered, author, times)
        _keep(self._done, post.get("id"), True)
        return True


def _keep(kept, key, value):
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > 10000:
        kept.popitem(last=False)


def defang(text):
    """Makes a name, address or URL harmless to read: no program takes it for a link."""
    scheme, mark, rest = text.partition("://")
    if mark:
        host, slash, path = rest.partition("/")
        return scheme.lower().replace("http", "hxxp") + mark + host.replace(".", "[.]") + slash + path
    return text.replace(".", "[.]")


def code(text):
    """Foreign text as a Markdown code span, in which nothing is a tag, a mention or a link."""
    text = "".join(letter if letter.isprintable() else " " for letter in text).strip()
    longest, run = 0, 0
    for letter in text:
        run = run + 1 if letter == "`" else 0
        longest = max(longest, run)
    fence = "`" * (longest + 1)
    gap = " " if text.startswith("`") or text.endswith("`") else ""
    return fence + gap + text + gap + fence


def save(path, state):
    """Writes a state file whole or not at all."""
    beside = path + ".new"
    with open(beside, "w", encoding="utf-8") as file:
        json.dump(state, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def load(path, otherwise):
    """Reads a state file; a missing one is a beginning. A broken one is an error, for the operator to look at."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return otherwise
