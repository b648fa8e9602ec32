"""Lets the thread that asks come to its turn on the processor sooner than threads that have more to do.

A window works for a moment and waits; the engine, a video encoder or a shop on the same machine work on and on. A Linux that
knows nothing of this makes the window wait for the end of a turn of theirs, 4 ms and more each time. Whoever asks for shorter
turns comes first, and gets no more of the processor. Other systems are not asked.
"""

import ctypes
import os
import platform
import sys
from typing import Final

SHORT_NS: Final = 100_000
"""The shortest turn that can be asked for (ns)."""
# By the machine: sched_setattr, sched_getattr. Python and older C libraries have no names for them.
_CALLS: Final = {"x86_64": (314, 315), "aarch64": (274, 275), "riscv64": (274, 275)}
_SET, _GET = 0, 1
_RESET_ON_FORK: Final = 1
_CALLER: Final = 0


class _Attributes(ctypes.Structure):
    """`struct sched_attr` in its first version: what a thread is to the scheduler."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("policy", ctypes.c_uint32),
        ("flags", ctypes.c_uint64),
        ("nice", ctypes.c_int32),
        ("priority", ctypes.c_uint32),
        ("runtime", ctypes.c_uint64),
        ("deadline", ctypes.c_uint64),
        ("period", ctypes.c_uint64),
    )


def ask_for_short_turns() -> bool:
    """From now on the calling thread comes to its turn soon, and no thread that it starts does. Says whether that is so: not on
    systems other than Linux, before Linux 6.12, where a sandbox forbids it, or where somebody has given the thread a policy.

    Source: sched_setattr(2); its `sched_runtime` is the length of a usual thread's turn since Linux 6.12 (kernel/sched/syscalls.c,
    `__setparam_fair`).
    """
    known = _attributes()
    if known is None or known.policy != os.SCHED_OTHER:
        return False
    known.flags |= _RESET_ON_FORK
    known.runtime = SHORT_NS
    return _call(_SET, known, 0) and turn_ns() == SHORT_NS


def turn_ns() -> int:
    """How long a turn of the calling thread is (ns); 0 where that is not known."""
    known = _attributes()
    return 0 if known is None else known.runtime


def _attributes() -> _Attributes | None:
    found = _Attributes()
    return found if _call(_GET, found, ctypes.sizeof(found), 0) else None


def _call(which: int, attributes: _Attributes, *more: int) -> bool:
    """Whether the system call exists here and has done what it was asked for."""
    calls = _CALLS.get(platform.machine()) if sys.platform == "linux" else None
    if calls is None:
        return False
    given = (ctypes.c_int(_CALLER), ctypes.byref(attributes), *map(ctypes.c_uint, more))
    return ctypes.CDLL(None).syscall(ctypes.c_long(calls[which]), *given) == 0
