"""Where the packed program starts: host-studio, or one of its own modules as a process of its own.

The studio starts its helpers with `sys.executable -m studio.MODULE`; packed, that executable is this one.
"""

import runpy
import sys


def main() -> int:
    if len(sys.argv) > 2 and sys.argv[1] == "-m" and sys.argv[2].split(".")[0] == "studio":
        module = sys.argv[2]
        sys.argv[1:3] = []
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        return 0
    from studio.cli import main as command_line

    return command_line() or 0


if __name__ == "__main__":
    sys.exit(main())
