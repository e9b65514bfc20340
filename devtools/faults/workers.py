"""Killing a function in the middle of a request: the process at the other end of a loopback connection."""

import os
import signal
from pathlib import Path

_PROC = Path("/proc")
_LOCAL, _REMOTE, _INODE = 1, 2, 9
"""Columns of /proc/net/tcp."""


class NoSuchWorker(Exception):
    """Nobody in the process group holds that end of the connection, or the system does not tell who does."""


def can_kill() -> bool:
    """Whether this system tells which process holds a connection: Linux does."""
    return (_PROC / "net/tcp").exists()


def kill_worker(port: int, peer_port: int, group: int) -> None:
    """Kill the process that holds the end at `port` of a connection to `peer_port`, both on 127.0.0.1.

    Args:
        port: the process's own port.
        peer_port: the port that it is connected to.
        group: process group that it must belong to; nobody else is touched.

    Raises:
        NoSuchWorker: there is none.
    """
    socket = f"socket:[{_inode(port, peer_port)}]"
    for process in _PROC.glob("[0-9]*"):
        pid = int(process.name)
        if _group(pid) == group and _holds(process, socket):
            os.kill(pid, signal.SIGKILL)
            return
    raise NoSuchWorker(f"no process of group {group} holds the connection from port {port}")


def _inode(port: int, peer_port: int) -> str:
    for line in (_PROC / "net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        if _port(columns[_LOCAL]) == port and _port(columns[_REMOTE]) == peer_port:
            return columns[_INODE]
    raise NoSuchWorker(f"there is no connection from port {port} to {peer_port}")


def _port(address: str) -> int:
    return int(address.partition(":")[2], base=16)


def _group(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:  # It has ended since the folder was listed.
        return None


def _holds(process: Path, socket: str) -> bool:
    try:
        return any(str(descriptor.readlink()) == socket for descriptor in (process / "fd").iterdir())
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False
