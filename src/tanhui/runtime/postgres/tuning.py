"""The server's parameters, sized from the machine it finds itself on."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_MB = 1024 * 1024
_GB = 1024 * _MB
_CONTROL_GROUP_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
_SHARED_MEMORY = Path("/dev/shm")


def memory_bytes() -> int:
    """The memory this program may use: the machine's, or its container's when that is less."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limits = [machine]
    for path in _CONTROL_GROUP_LIMITS:
        try:
            limits.append(int(path.read_text().strip()))
        except (OSError, ValueError):
            continue
    return min(limits)


def parameters(data: Path, socket: Path) -> dict[str, str]:
    """Every parameter that differs from PostgreSQL's own default, by name."""
    memory = memory_bytes()
    free = shutil.disk_usage(data).free
    shared = max(32 * _MB, min(memory // 4, 4 * _GB))
    wal = max(128 * _MB, min(16 * _GB, free // 4))
    chosen = {
        "listen_addresses": "",
        "unix_socket_directories": _quoted(socket),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": _megabytes(shared),
        "effective_cache_size": _megabytes(memory * 3 // 5),
        "maintenance_work_mem": _megabytes(max(32 * _MB, min(memory // 16, _GB))),
        "work_mem": _megabytes(max(4 * _MB, min(memory // 256, 64 * _MB))),
        "max_wal_size": _megabytes(wal),
        "min_wal_size": _megabytes(max(80 * _MB, min(_GB, wal // 4))),
        "checkpoint_timeout": "30min",
        # Nobody replicates an embedded server, and without that COPY into new tables skips WAL.
        "wal_level": "minimal",
        "max_wal_senders": "0",
        # Settlement writes half a gigabyte of log in seconds; with little room each writer waits.
        "wal_buffers": _megabytes(max(4 * _MB, min(shared // 32, 128 * _MB))),
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
        "cluster_name": "tanhui",
    }
    if not _SHARED_MEMORY.is_dir() or shutil.disk_usage(_SHARED_MEMORY).free < _GB:
        # A container's small /dev/shm makes parallel queries fail; files in the data folder do not.
        chosen["dynamic_shared_memory_type"] = "mmap"
    return chosen


def _megabytes(size: int) -> str:
    return f"{size // _MB}MB"


def _quoted(path: Path) -> str:
    """`path` as one element of a list parameter, where a comma or a space would divide it."""
    return '"' + str(path).replace('"', '""') + '"'
