"""A mail server on loopback: aiosmtpd, which is nobody's of ours. Prints its port, keeps what it takes in a folder,
and ends with its standard input. Usage: mail.py FOLDER [tls|starttls CERTIFICATE KEY] [auth]"""

import asyncio
import logging
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

logging.disable(logging.CRITICAL)

# By the local part of an address: what becomes of it.
ANSWERS = {"nobody": "550 5.1.1 No such user here", "later": "451 4.7.1 Greylisted, try again"}


class Handler:
    def __init__(self, folder):
        self.folder, self.taken = folder, 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = ANSWERS.get(address.split("@")[0])
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.taken += 1
        name = os.path.join(self.folder, f"{self.taken:06}")
        with open(name + ".part", "wb") as file:
            file.write(f"{envelope.mail_from}\n{','.join(envelope.rcpt_tos)}\n".encode())
            file.write(f"{'tls' if session.ssl else 'plain'}\n".encode())
            file.write(envelope.original_content)
        os.rename(name + ".part", name + ".mail")
        return f"250 OK queued as {self.taken}"


def judge(server, session, envelope, mechanism, data):
    known = (data.login, data.password) == (b"noroshi", b"p\xc3\xa4ss word")
    return AuthResult(success=known, handled=False)


async def main():
    folder, options = sys.argv[1], sys.argv[2:]
    context = None
    for way in ("tls", "starttls"):
        if way in options:
            at = options.index(way)
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(options[at + 1], options[at + 2])
    given = {"hostname": "mail.example", "ident": "noroshi-test", "enable_SMTPUTF8": True}
    if "starttls" in options:
        given |= {"tls_context": context, "require_starttls": True}
    if "auth" in options:
        given |= {"authenticator": judge, "auth_required": True}
        # Behind TLS from the start, it cannot know that there is TLS.
        given |= {"auth_require_tls": "starttls" in options}
    loop, handler = asyncio.get_running_loop(), Handler(folder)
    secure = context if "tls" in options else None
    server = await loop.create_server(lambda: SMTP(handler, loop=loop, **given), "127.0.0.1", 0, ssl=secure)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
