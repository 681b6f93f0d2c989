"""What can go wrong with the embedded PostgreSQL, one sentence each."""

from __future__ import annotations

import errno
from pathlib import Path

from tanhui.kernel.refusals import Conflict, Exhausted, Forbidden, Invalid, Refusal


def disk_full(folder: Path) -> Refusal:
    """The disk of the data folder has no room for the database."""
    return Exhausted(
        "postgres_disk_full",
        zh="磁盘已满，数据库无法使用 {folder}：请腾出空间（至少 200 MB）后再试。",
        en="The disk is full and the database cannot use {folder}:"
        " free some space (at least 200 MB) and try again.",
        transient=True,
        folder=folder,
    )


def unwritable(folder: Path) -> Refusal:
    """The folder cannot be created or written by this user."""
    return Forbidden(
        "postgres_folder_unwritable",
        zh="数据库需要写入 {folder}，但当前用户无权写入："
        "请改变其权限，或用 TANHUI_VAR 另选文件夹。",
        en="The database needs to write to {folder}, which this user may not:"
        " change its permissions, or choose another folder with TANHUI_VAR.",
        folder=folder,
    )


def other_owner(folder: Path) -> Refusal:
    """The data folder belongs to another user, who alone may run a server on it."""
    return Forbidden(
        "postgres_other_owner",
        zh="数据文件夹 {folder} 属于另一个用户：请用该用户运行，或用 TANHUI_VAR 另选文件夹。",
        en="The data folder {folder} belongs to another user:"
        " run as that user, or choose another folder with TANHUI_VAR.",
        folder=folder,
    )


def other_version(folder: Path, found: str, ours: str) -> Refusal:
    """The data folder was made by another major version of PostgreSQL."""
    return Conflict(
        "postgres_other_version",
        zh="数据文件夹 {folder} 由 PostgreSQL {found} 创建，本程序自带 {ours}："
        "请用原版本导出数据，或用 TANHUI_VAR 另选文件夹。",
        en="The data folder {folder} was made by PostgreSQL {found} and this program brings {ours}:"
        " export the data with that version, or choose another folder with TANHUI_VAR.",
        folder=folder,
        found=found,
        ours=ours,
    )


def copied_while_running(folder: Path, original: str) -> Refusal:
    """The data folder is a copy of one on which a server is running."""
    return Conflict(
        "postgres_folder_copied",
        zh="{folder} 是正在运行的数据库 {original} 的副本，不能使用：请先停止原数据库再复制。",
        en="{folder} is a copy of the running database {original} and cannot be used:"
        " stop the original first, then copy it again.",
        folder=folder,
        original=original,
    )


def socket_in_use(folder: Path) -> Refusal:
    """Another PostgreSQL listens where this one has to."""
    return Conflict(
        "postgres_socket_in_use",
        zh="{folder} 中的套接字正被另一个 PostgreSQL 使用：请停止它，或用 TANHUI_VAR 另选文件夹。",
        en="The socket in {folder} is used by another PostgreSQL:"
        " stop it, or choose another folder with TANHUI_VAR.",
        transient=True,
        folder=folder,
    )


def socket_lost(folder: Path) -> Refusal:
    """A server runs on the data folder, but the socket it listens on is gone."""
    return Conflict(
        "postgres_socket_lost",
        zh="数据库正在 {folder} 上运行，但其套接字已被移走或删除：请停止使用它的程序后再试。",
        en="A database runs on {folder}, but its socket was moved or deleted:"
        " stop the programs that use it and try again.",
        transient=True,
        folder=folder,
    )


def busy(folder: Path) -> Refusal:
    """Another program has been starting or stopping the server for too long."""
    return Conflict(
        "postgres_busy",
        zh="另一个程序一直在启动或停止 {folder} 的数据库：请稍后再试。",
        en="Another program keeps starting or stopping the database in {folder}: try again later.",
        transient=True,
        folder=folder,
    )


def missing() -> Refusal:
    """The binaries are not installed."""
    return Invalid(
        "postgres_missing",
        zh="未找到自带的 PostgreSQL：请按 requirements.lock 重新安装，或设置 DATABASE_URL。",
        en="The embedded PostgreSQL is not installed:"
        " install requirements.lock again, or set DATABASE_URL.",
    )


def no_unprivileged_way(folder: Path) -> Refusal:
    """Root may not run PostgreSQL, and no way to run it as someone else works here."""
    return Forbidden(
        "postgres_root",
        zh="PostgreSQL 不能以 root 运行，此处也无法改用普通用户（{folder}）："
        "请以普通用户运行，或设置 DATABASE_URL。",
        en="PostgreSQL cannot run as root, and here it cannot be run as another user ({folder}):"
        " run as an ordinary user, or set DATABASE_URL.",
        folder=folder,
    )


def failed(log: Path, reason: str) -> Refusal:
    """The server did not start, for a reason only its log can tell."""
    return Conflict(
        "postgres_failed",
        zh="数据库未能启动（{reason}）；详见 {log}。",
        en="The database did not start ({reason}); see {log}.",
        transient=True,
        log=log,
        reason=reason,
    )


def from_os_error(folder: Path, error: OSError) -> Refusal:
    """The refusal for a folder that could not be made or written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(folder)
    return unwritable(folder)


def from_log(folder: Path, log: Path, said: str) -> Refusal:
    """The refusal for what a program of PostgreSQL said before it failed."""
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return disk_full(folder)
    if "Permission denied" in said:
        return unwritable(folder)
    worst = [line for line in said.splitlines() if "FATAL" in line or "error:" in line]
    lines = worst or said.splitlines() or ["no message"]
    reason = lines[-1].partition("FATAL:")[2] or lines[-1]
    return failed(log, reason.strip())
