"""A mail server (RFC 5321) that takes nothing before STARTTLS (RFC 3207) and AUTH PLAIN."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import ClassVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.fakes.serving import serving

HOST = "localhost"


@dataclass
class Smtp:
    """One server: who may log in, who is unknown (550) and who is busy (451)."""

    user: str = "tanhui"
    password: str = "secret"
    unknown: set[str] = field(default_factory=set)
    busy: set[str] = field(default_factory=set)
    tls: bool = True
    delivered: list[tuple[str, str, bytes]] = field(default_factory=list)
    # What was said in clear, before any STARTTLS.
    overheard: list[str] = field(default_factory=list)
    port: int = 0


def certificate(folder: Path, *, host: str = HOST) -> Path:
    """Writes a key and a certificate signed by itself into one file, and answers it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{host}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


class Handler(StreamRequestHandler):
    """One conversation; `fake` and `context` are set by the server that it belongs to."""

    fake: ClassVar[Smtp]
    context: ClassVar[ssl.SSLContext]
    secure = False
    known = False
    sender = ""
    to: tuple[str, ...] = ()

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def handle(self) -> None:
        self.say("220 fake ESMTP")
        while line := self.rfile.readline():
            words = line.decode().rstrip("\r\n")
            if not self.secure:
                self.fake.overheard.append(words)
            verb = words.split(" ", 1)[0].upper()
            if verb == "QUIT":
                self.say("221 bye")
                return
            if not self.obey(verb, words):
                return

    def finish(self) -> None:
        super().finish()
        # The server closes the plain socket, which no longer is the one that was wrapped.
        self.connection.close()

    def obey(self, verb: str, words: str) -> bool:
        """Answers one command; false ends the connection."""
        if verb == "EHLO":
            offers = ["AUTH PLAIN"] if self.secure else ["STARTTLS"] if self.fake.tls else []
            for offer in ["fake", *offers]:
                self.say(f"250-{offer}")
            self.say("250 8BITMIME")
        elif verb == "STARTTLS" and self.fake.tls and not self.secure:
            self.say("220 go ahead")
            return self.upgrade()
        elif not self.secure:
            self.say("530 5.7.0 Must issue a STARTTLS command first")
        elif verb == "AUTH":
            given = base64.b64decode(words.split(" ")[2]).decode().split("\0")
            self.known = given[1:] == [self.fake.user, self.fake.password]
            self.say("235 ok" if self.known else "535 5.7.8 bad credentials")
        elif not self.known:
            self.say("530 5.7.0 Authentication required")
        else:
            self.mail(verb, words)
        return True

    def upgrade(self) -> bool:
        try:
            self.connection = self.context.wrap_socket(self.connection, server_side=True)
        except (ssl.SSLError, OSError):
            return False
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", 0)
        self.secure = True
        return True

    def mail(self, verb: str, words: str) -> None:
        address = words.partition("<")[2].partition(">")[0]
        if verb == "MAIL":
            self.sender, self.to = address, ()
            self.say("250 ok")
        elif verb == "RCPT":
            code = "550 no such user" if address in self.fake.unknown else "250 ok"
            if address in self.fake.busy:
                code = "451 try later"
            if code.startswith("250"):
                self.to = (*self.to, address)
            self.say(code)
        elif verb == "DATA" and self.to:
            self.say("354 go on")
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line)
            for address in self.to:
                self.fake.delivered.append((self.sender, address, b"".join(lines)))
            self.say("250 queued")
        elif verb == "RSET":
            self.say("250 ok")
        else:
            self.say("503 bad sequence")


@contextmanager
def smtp(fake: Smtp, pem: Path) -> Iterator[Smtp]:
    """Serves mail with the certificate in `pem`; its port is in `port`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    bound = type("Bound", (Handler,), {"fake": fake, "context": context})
    server = ThreadingTCPServer(("127.0.0.1", 0), bound)
    server.daemon_threads = True
    fake.port = server.server_address[1]
    with serving(server):
        yield fake
