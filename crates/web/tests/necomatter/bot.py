"""Bots as they were written for NECOMAtter, for Python 3: only the host is given.

    bot.py post HOST USER KEY [REPLY_TO]     posts what comes on standard input
    bot.py watch HOST USER KEY REGEXP        prints every line of the stream
    bot.py hello HOST USER KEY               greets whoever says hello, in the thread
    bot.py judge HOST USER KEY REGEXP        answers once for each thing that is found
"""

import json
import sys
from urllib.request import Request, urlopen


def call(host, path, body):
    data = json.dumps(body).encode("utf-8")
    request = Request("http://%s/%s" % (host, path), data, {"Content-type": "application/json"})
    response = urlopen(request)
    if response.getcode() != 200:
        sys.exit("status %d" % response.getcode())
    return response


def post(host, user, key, text, reply_to=None):
    """The number of the new post."""
    body = {"user_name": user, "api_key": key, "text": text}
    if reply_to is not None:
        body["reply_to"] = int(reply_to)
    answer = json.loads(call(host, "post.json", body).read())
    if "result" not in answer or answer["result"] != "ok":
        sys.exit("post failed: %r" % (answer,))
    return answer["id"]


def lines(host, user, key, regexp, description):
    """The lines of the stream, read byte by byte; empty ones keep the connection open."""
    body = {"user_name": user, "api_key": key, "regexp": regexp, "description": description}
    stream = call(host, "stream/regexp.json", body)
    print("listening", flush=True)
    line = b""
    while True:
        byte = stream.read(1)
        if not byte:
            sys.exit("the stream ended")
        line += byte
        if byte != b"\n":
            continue
        # As a client does that splits what came into lines by itself.
        found = [one for one in line.decode("utf-8").splitlines() if one]
        line = b""
        for one in found:
            yield json.loads(one)


def hello(host, user, key):
    own = set()
    for mew in lines(host, user, key, "hello", "greets"):
        name, number = mew["user_name"], mew["id"]
        if number in own:
            print("own", number, flush=True)
            continue
        text = "hello %s: %s" % (name, mew["text"])
        answer = post(host, user, key, text, number)
        own.add(answer)
        print("answered", number, answer, flush=True)


def judge(host, user, key, regexp):
    for mew in lines(host, user, key, regexp, "judges"):
        for found in mew["match_result"]:
            parts = found if isinstance(found, list) else [found]
            if not all(isinstance(part, str) for part in parts):
                sys.exit("not all strings: %r" % (found,))
            answer = post(host, user, key, "judged " + " and ".join(parts), mew["id"])
            print("answered", mew["id"], answer, flush=True)


def main(job, host, user, key, *rest):
    if job == "post":
        print("post success", post(host, user, key, sys.stdin.read(), *rest), flush=True)
    elif job == "watch":
        for mew in lines(host, user, key, rest[0], "prints"):
            print(json.dumps(mew), flush=True)
    elif job == "hello":
        hello(host, user, key)
    elif job == "judge":
        judge(host, user, key, rest[0])


main(*sys.argv[1:])
