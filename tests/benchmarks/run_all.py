"""Runs every benchmark, one after the other, and passes their JSON lines on: ``python tests/benchmarks/run_all.py``.

Each runs in a process of its own. The figures are those of this machine at this moment: compare ratios, not seconds.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Run them all; the exit code is 1 when one did not run to its end."""
    failed = 0
    for file in sorted(HERE.glob("bench_*.py")):
        print(f"# {file.name}", flush=True)
        failed |= (
            subprocess.run([sys.executable, str(file)], cwd=HERE.parents[1], check=False).returncode != 0
        )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
