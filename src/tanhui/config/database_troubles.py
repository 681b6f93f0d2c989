"""What can go wrong with a database that was chosen by its address, one sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tanhui.kernel.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal

_UNREACHABLE = (
    "could not translate host name",
    "failed to resolve host",
    "Name or service not known",
    "Temporary failure in name resolution",
    "Connection refused",
    "timeout expired",
    "No such file or directory",
    "Network is unreachable",
    "No route to host",
    "server closed the connection unexpectedly",
)
_UNAUTHENTICATED = (
    "password authentication failed",
    "no password supplied",
    "Peer authentication failed",
    "authentication failed",
    "no pg_hba.conf entry",
    "is not permitted to log in",
)


def bad_url() -> Refusal:
    """The address is not one."""
    return Invalid(
        "database_url_malformed",
        zh="DATABASE_URL 格式不正确，应形如 postgresql://用户:密码@主机:5432/数据库。",
        en="DATABASE_URL is malformed; it must look like"
        " postgresql://user:password@host:5432/database.",
    )


def too_old(found: str, oldest: int) -> Refusal:
    """The server is older than what the product's SQL needs."""
    return Invalid(
        "database_too_old",
        zh="数据库是 PostgreSQL {found}，本平台需要 {oldest} 或更高版本。",
        en="The database is PostgreSQL {found}; version {oldest} or later is needed.",
        found=found,
        oldest=oldest,
    )


def may_not_create_roles(login: str) -> Refusal:
    """The login lacks the right to create or grant the application's role."""
    return Forbidden(
        "database_role_forbidden",
        zh="数据库用户 {login} 无权创建角色：请管理员执行"
        " CREATE ROLE tanhui_app NOLOGIN; GRANT tanhui_app TO {login};",
        en="The database user {login} may not create roles: ask its administrator to run"
        " CREATE ROLE tanhui_app NOLOGIN; GRANT tanhui_app TO {login};",
        login=login,
    )


def may_not_migrate(reason: str) -> Refusal:
    """The owner's login lacks a right that migrations need."""
    return Forbidden(
        "database_owner_forbidden",
        zh="数据库用户无权建立或修改数据表（{reason}）："
        "请用数据库所有者，或设置 DATABASE_OWNER_URL。",
        en="The database user may not create or change tables ({reason}):"
        " use the database's owner, or set DATABASE_OWNER_URL.",
        reason=reason,
    )


def migration_blocked() -> Refusal:
    """Another program migrates, or holds a table for too long."""
    return Conflict(
        "migration_blocked",
        zh="数据库正被另一个程序升级或占用：请稍后再试。",
        en="Another program is migrating the database or keeps a table busy: try again later.",
        transient=True,
    )


def from_connection(parts: Mapping[str, object], said: str) -> Refusal:
    """The refusal for a connection that failed; a password is never part of it."""
    facts: dict[str, Any] = {
        "host": parts.get("host") or "localhost",
        "port": parts.get("port") or 5432,
        "user": parts.get("user") or "",
        "database": parts.get("dbname") or parts.get("user") or "",
    }
    if any(words in said for words in _UNAUTHENTICATED) or (
        'role "' in said and "does not exist" in said
    ):
        return Forbidden(
            "database_login_refused",
            zh="数据库 {host}:{port} 拒绝用户“{user}”登录：请检查 DATABASE_URL 中的用户与密码。",
            en="The database at {host}:{port} refused the user '{user}':"
            " check user and password in DATABASE_URL.",
            **facts,
        )
    if 'database "' in said and "does not exist" in said:
        return NotFound(
            "database_missing",
            zh="{host}:{port} 上没有数据库“{database}”：请先创建它，或更正 DATABASE_URL。",
            en="There is no database '{database}' at {host}:{port}:"
            " create it, or correct DATABASE_URL.",
            **facts,
        )
    if any(words in said for words in _UNREACHABLE):
        return NotFound(
            "database_unreachable",
            zh="无法连接 {host}:{port} 的数据库：请检查 DATABASE_URL 以及数据库是否在运行。",
            en="The database at {host}:{port} cannot be reached:"
            " check DATABASE_URL and whether the server runs.",
            transient=True,
            **facts,
        )
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return Conflict(
        "database_refused",
        zh="数据库 {host}:{port} 拒绝连接（{reason}）。",
        en="The database at {host}:{port} refused the connection ({reason}).",
        transient=True,
        reason=lines[-1] if lines else "-",
        **facts,
    )
