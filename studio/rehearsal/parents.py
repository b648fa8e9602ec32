"""Noticing that the process which started us has gone, on every platform."""

import os
import sys
from collections.abc import Callable


def parent_watch(pid: int | None) -> Callable[[], bool]:
    """A function that says whether process `pid` has gone; None is never gone."""
    if pid is None:
        return lambda: False
    if sys.platform == "win32":
        return _windows_watch(pid)
    if os.getppid() == pid:
        # The kernel gives an orphan another parent: safer than the pid, which may be used again.
        return lambda: os.getppid() != pid
    return lambda: not _alive(pid)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _windows_watch(pid: int) -> Callable[[], bool]:
    import ctypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined] - exists on Windows only
    kernel.OpenProcess.restype = ctypes.c_void_p
    kernel.WaitForSingleObject.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
    synchronize, signalled = 0x0010_0000, 0
    handle = kernel.OpenProcess(synchronize, False, pid)
    if not handle:
        return lambda: True
    # The handle keeps the pid from being used again while we watch it.
    return lambda: int(kernel.WaitForSingleObject(handle, 0)) == signalled
