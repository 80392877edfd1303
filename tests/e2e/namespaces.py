"""A test file's process in namespaces of its own: a network and mounts that are its to change."""

import ctypes
import os
import subprocess
from pathlib import Path

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x20000, 0x10000000, 0x40000000


def enter():
    """This process moves there for good; whoever it was, there it is root."""
    user, group = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None, use_errno=True)
    flags = CLONE_NEWNS | CLONE_NEWNET | (CLONE_NEWUSER if user else 0)
    if libc.unshare(flags):
        raise OSError(ctypes.get_errno(), "no namespaces for this process")
    if user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    for command in (["ip", "link", "set", "lo", "up"], ["mount", "--make-rprivate", "/"]):
        subprocess.run(command, check=True)
