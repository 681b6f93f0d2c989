"""`tanhui verify`: checks a certificate offline. No database, and with --keys no setting either."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated

import typer

from tanhui.cli.refusing import REFUSED, one_line, print_json, refusing
from tanhui.kernel.refusals import Invalid
from tanhui.registry.certificate import checking
from tanhui.registry.certificate.proofs import did_key
from tanhui.runtime.keys.algorithms import Algorithm


def register(app: typer.Typer) -> None:
    """Adds the verb."""

    @app.command("verify")
    @refusing
    def verify(
        certificate: Annotated[Path, typer.Argument(help="The certificate's JSON file.")],
        keys: Annotated[
            Path | None,
            typer.Option(help="Whose keys count, as /verify/policy gives; by default this city's."),
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    ) -> None:
        """Check a certificate: `valid`, or `invalid:` and why, with exit code 2."""
        written = _read(certificate)
        text = _decoded(_read(keys), keys) if keys else _own_keys()
        found = one_line(checking.fault(written, text))
        if as_json:
            print_json({"valid": not found, "reason": found or None})
        else:
            typer.echo(f"invalid: {found}" if found else "valid")
        if found:
            raise typer.Exit(REFUSED)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Invalid(
            "unreadable_file",
            zh="无法读取 {path}（{why}）。",
            en="{path} cannot be read ({why}).",
            path=path,
            why=error.strerror,
        ) from None


def _decoded(data: bytes, path: Path) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Invalid(
            "unreadable_file",
            zh="无法读取 {path}（{why}）。",
            en="{path} cannot be read ({why}).",
            path=path,
            why="UTF-8",
        ) from None


def _own_keys() -> str:
    """The keys of this installation: the log's policy as published, and who signs certificates."""
    # Reading the settings is what a stranger with a file of keys does without.
    settings = importlib.import_module("tanhui.config.settings").TANHUI
    path = settings.var / "log" / "policy"
    lines = [_decoded(_read(path), path)]
    lines += [
        f"issuer {did_key(key.raw)}\n"
        for key in settings.keys.public_keys("certificate")
        if key.algorithm is Algorithm.ED25519
    ]
    return "".join(lines)
