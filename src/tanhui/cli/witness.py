"""`tanhui witness`: a witness of public logs, with its own key and memory; no database, no setting.

It answers `POST /add-checkpoint` by C2SP tlog-witness. What a request should be answered is decided
in `tanhui.tlog.witness`; here it is received, remembered durably, and only then signed. It also
lends its chance to draws, `POST /bind-draw` and `/tell-draw`, by `tanhui.tlog.draws`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated

import typer

from tanhui.cli.refusing import print_json, refusing
from tanhui.kernel.refusals import Conflict, Invalid
from tanhui.tlog import draws
from tanhui.tlog import note as notes
from tanhui.tlog.checkpoint import Checkpoint
from tanhui.tlog.encoding import Malformed
from tanhui.tlog.keys import COSIGNATURE, PublicKey, Signer, check_name
from tanhui.tlog.witness import BODY_BYTES_MAX, TEXT, Refused, judge

_SECRET_BYTES = 32
_READ_SECONDS = 10


def default_folder(name: str) -> Path:
    """`witnesses/NAME` in `TANHUI_VAR`, or in the `var` folder of this checkout."""
    named = os.environ.get("TANHUI_VAR")
    checkout = Path(__file__).resolve().parents[3]
    here = checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()
    return (Path(named) if named else here / "var") / "witnesses" / name


def own_signer(name: str, folder: Path) -> Signer:
    """The witness's key, made at its first start and readable by its owner alone.

    Refuses: `witness_name_invalid`, `witness_key_unreadable`.
    """
    try:
        check_name(name)
        if name.startswith(".") or "/" in name:
            raise Malformed(name)
    except Malformed:
        raise Invalid(
            "witness_name_invalid",
            zh="见证者名称“{name}”不能用作密钥名称。",
            en="“{name}” cannot name a witness's key.",
            name=name,
        ) from None
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "key"
    if not path.exists():
        _first_key(path)
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
        return Signer.software(name, COSIGNATURE, secret)
    except (OSError, ValueError):
        raise Invalid(
            "witness_key_unreadable",
            zh="见证者密钥文件 {path} 无法读取。",
            en="The witness's key file {path} cannot be read.",
            path=path,
        ) from None


def _first_key(path: Path) -> None:
    beside = path.with_name(f"key.{os.getpid()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(secrets.token_hex(_SECRET_BYTES) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    try:
        # The first of two programs that make it at once wins.
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()


class Memory:
    """What the witness has cosigned: one file for each log, its last checkpoint.

    And for which closed list it told its secret of a draw: one file for each draw.

    A request is judged and remembered under one lock, so that two of them never both pass.
    """

    def __init__(self, folder: Path, signer: Signer, logs: Mapping[str, Sequence[PublicKey]]):
        self._folder = folder / "seen"
        self._told = folder / "draws"
        for place in (self._folder, self._told):
            place.mkdir(parents=True, exist_ok=True)
        self._signer = signer
        self._logs = logs
        self._lock = threading.Lock()

    def answer(self, body: bytes, now: Callable[[], float] = time.time) -> Refused:
        """The answer to a request: a refusal, or status 200 with the cosignature."""
        with self._lock:
            found = judge(body, logs=self._logs, last=self._last)
            if isinstance(found, Refused):
                return found
            self._remember(found.checkpoint)
            line = notes.cosign(found.note, self._signer, int(now()))
        return Refused(200, f"{line.text}\n")

    def bind_draw(self, body: bytes) -> Refused:
        """The digest of this witness's secret for a draw, or a refusal."""
        wish = draws.parse_binding(body, origins=list(self._logs))
        if isinstance(wish, Refused):
            return wish
        return Refused(200, f"{draws.bound(draws.secret_of(wish, self._signer.sign_message))}\n")

    def tell_draw(self, body: bytes) -> Refused:
        """The secret of a draw whose entries are closed, or a refusal."""
        sign = self._signer.sign_message
        with self._lock:
            found = draws.judge(
                body, logs=self._logs, own=self._signer.key, sign=sign, last=self._told_for
            )
            if isinstance(found, Refused):
                return found
            binding, wish = found
            self._keep(self._told / binding.label, wish.closed)
            secret = draws.secret_of(binding, sign)
            told = draws.Told(secret, sign(draws.told_message(wish.closed, secret)))
        return Refused(200, told.written)

    def _told_for(self, label: str) -> bytes | None:
        path = self._told / label
        return path.read_bytes() if path.exists() else None

    def _path(self, origin: str) -> Path:
        return self._folder / hashlib.sha256(origin.encode()).hexdigest()

    def _last(self, origin: str) -> Checkpoint | None:
        path = self._path(origin)
        return Checkpoint.parse(path.read_text(encoding="utf-8")) if path.exists() else None

    def _remember(self, checkpoint: Checkpoint) -> None:
        self._keep(self._path(checkpoint.origin), checkpoint.text.encode())

    def _keep(self, path: Path, text: bytes) -> None:
        beside = path.with_suffix(".new")
        with beside.open("wb") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No second process has this witness's memory; refuses `witness_running`."""
    with (folder / ".lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(
                "witness_running",
                zh="这个见证者已在运行（{folder}）。",
                en="This witness is running already ({folder}).",
                folder=folder,
            ) from None
        yield


def _handler(memory: Memory) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """One request."""

        protocol_version = "HTTP/1.1"
        timeout = _READ_SECONDS

        def do_POST(self) -> None:
            """The only thing that can be asked."""
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > BODY_BYTES_MAX:
                # What was not read would be taken for the next request.
                self.close_connection = True
                return self._say(Refused(400, "a body of at most a mebibyte is needed\n"))
            body = self.rfile.read(int(length))
            answers = {
                "/add-checkpoint": memory.answer,
                draws.BIND_PATH: memory.bind_draw,
                draws.TELL_PATH: memory.tell_draw,
            }
            answer = answers.get(self.path)
            return self._say(answer(body) if answer else Refused(404, "not found\n"))

        def do_GET(self) -> None:
            """Nothing can be read here."""
            self.close_connection = True
            self._say(Refused(404, "not found\n"))

        def _say(self, answer: Refused) -> None:
            body = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type or TEXT)
            self.send_header("Content-Length", str(len(body)))
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Cosigning is what a witness does all day; only what it refuses is worth a line."""

        def log_request(self, code: object = "-", size: object = "-") -> None:
            """Refusals, on standard error."""
            del size
            if str(getattr(code, "value", code)) != "200":
                typer.echo(f"{self.command} {self.path}: {code}", err=True)

    return Handler


class _Server(ThreadingHTTPServer):
    """One thread for each request; none of them keeps the program from ending."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asked has gone; what was remembered holds."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def known_logs(vkeys: Sequence[str], folder: Path) -> dict[str, list[PublicKey]]:
    """Keys by origin, from the words given and from the file `logs` in the witness's folder.

    Refuses: `log_key_invalid`.
    """
    path = folder / "logs"
    written = path.read_text(encoding="utf-8").split() if path.exists() else []
    found: dict[str, list[PublicKey]] = {}
    for vkey in [*vkeys, *written]:
        try:
            key = PublicKey.parse(vkey)
        except Malformed:
            raise Invalid(
                "log_key_invalid",
                zh="“{vkey}”不是公开日志的验证公钥（vkey）。",
                en="“{vkey}” is no verifier key of a log (vkey).",
                vkey=vkey,
            ) from None
        found.setdefault(key.name, []).append(key)
    return found


def serve_witness(name: str, *, port: int, folder: Path, logs: Sequence[str]) -> None:
    """Serves on 127.0.0.1 until the process is ended; whatever it cosigned is then on disk.

    Refuses: `witness_running`, `witness_port_in_use`, `log_key_invalid` and bad keys.
    """
    signer = own_signer(name, folder)
    with _alone(folder):
        memory = Memory(folder, signer, known_logs(logs, folder))
        try:
            server = _Server(("127.0.0.1", port), _handler(memory))
        except OSError:
            raise Conflict(
                "witness_port_in_use",
                zh="端口 {port} 已被占用。",
                en="Port {port} is taken.",
                port=port,
            ) from None
        with server:
            typer.echo(f"{signer.key.vkey} http://127.0.0.1:{server.server_port}", err=True)
            server.serve_forever()


def register(app: typer.Typer) -> None:
    """Adds the verb `witness`."""

    @app.command("witness")
    @refusing
    def witness(
        name: Annotated[str, typer.Argument(help="The witness's name, such as w1.example.")],
        port: Annotated[int, typer.Option(help="The port on this machine.")] = 0,
        log: Annotated[
            list[str] | None, typer.Option(help="The vkey of a log to cosign; may be repeated.")
        ] = None,
        folder: Annotated[Path | None, typer.Option(help="Its key and its memory.")] = None,
        show: Annotated[bool, typer.Option("--show", help="Print its vkey and end.")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    ) -> None:
        """Watch public logs: cosign every checkpoint that continues the last one."""
        place = folder or default_folder(name)
        if show or as_json:
            signer = own_signer(name, place)
            if as_json:
                print_json({"name": name, "vkey": signer.key.vkey, "folder": str(place)})
            else:
                typer.echo(signer.key.vkey)
            return
        serve_witness(name, port=port, folder=place, logs=log or [])


def main() -> None:
    """This verb alone: so it loads nothing of the platform but the formats."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    register(app)
    app()


if __name__ == "__main__":
    main()
