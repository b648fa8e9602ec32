"""What `bootstrap.py test` runs: the linters, the type checker, the layer contracts and pytest."""

import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from environment import Environment

# These start processes, kill them and watch their clocks: they get the machine to themselves.
ONE_AFTER_THE_OTHER = ("tests/journeys", "tests/faults")
SIDE_BY_SIDE = ("tests/unit", "tests/ui")
# These start servers on ports of their own. Those of other houses are marked `real`.
SERVERS = "tests/real"
# OBS listens on every interface, and cannot be told otherwise: these run where there is no other than loopback.
OBS = "tests/real/obs"
# Only these hold tests of the smoke walk: reading all the others takes as long as ten of its tests.
SMOKE = ("tests/ui", "tests/journeys")
NOTHING_COLLECTED = 5


@dataclass(frozen=True)
class Step:
    """One command with its heading; ``junit`` is where a pytest run leaves its results."""

    heading: str
    command: list[str]
    junit: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


def _lint_steps(env: Environment) -> list[Step]:
    # Everything pyright needs is in the lock: it must neither look for a newer one nor fetch node.
    offline = {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1", "PYRIGHT_PYTHON_GLOBAL_NODE": "0"}
    return [
        Step("ruff check", [env.script("ruff"), "check", "."]),
        Step("ruff format --check", [env.script("ruff"), "format", "--check", "."]),
        Step("pyright", [env.script("pyright")], environment=offline),
        Step("import-linter", [env.script("lint-imports"), "--no-logo"]),
    ]


def _has_tests(root: Path, folder: str) -> bool:
    return next((root / folder).rglob("test_*.py"), None) is not None


def _pytest(
    env: Environment,
    heading: str,
    arguments: list[str],
    junit: Path,
    screenshots: str = "",
    prefix: Sequence[str] = (),
) -> Step:
    command = [*prefix, str(env.python), "-m", "pytest", f"--junit-xml={junit}", *arguments]
    qt = {"QT_QPA_PLATFORM": "offscreen"}
    if screenshots:
        qt["HOST_STUDIO_SCREENSHOTS"] = screenshots
    return Step(heading, command, junit, qt)


def _may_be_alone(how: list[str]) -> bool:
    tried = subprocess.run(["unshare", *how, "--net", "true"], check=False, capture_output=True)
    return tried.returncode == 0


def _alone_in_the_network() -> list[str]:
    """The words before a command that give it a network of its own with nothing but loopback; none outside of Linux."""
    if not sys.platform.startswith("linux"):
        return []
    as_it_is: list[str] = []
    mapped = ["--map-root-user"]  # for who is no root, and for a root of a container who may not otherwise
    how = as_it_is if os.geteuid() == 0 and _may_be_alone(as_it_is) else mapped
    up = 'PATH="$PATH:/usr/sbin:/sbin" ip link set lo up && exec "$@"'
    return ["unshare", *how, "--net", "--", "sh", "-c", up, "sh"]


def _pytest_steps(root: Path, env: Environment, artifacts: Path, real: bool) -> list[Step]:
    unmarked = ["-m", "not benchmark and not real"]
    side_by_side = [folder for folder in SIDE_BY_SIDE if _has_tests(root, folder)]
    one_by_one = [folder for folder in ONE_AFTER_THE_OTHER if _has_tests(root, folder)]
    steps: list[Step] = []
    if side_by_side:
        arguments = ["-q", "-n", "2", *unmarked, *side_by_side]
        steps.append(_pytest(env, "pytest: units and screens", arguments, artifacts / "units.xml"))
    if one_by_one:
        arguments = ["-q", *unmarked, *one_by_one]
        steps.append(
            _pytest(env, "pytest: journeys, kills and faults", arguments, artifacts / "journeys.xml")
        )
    if _has_tests(root, SERVERS):
        arguments = ["-q", "-n", "2", *unmarked, f"--ignore={OBS}", SERVERS]
        steps.append(_pytest(env, "pytest: our own servers", arguments, artifacts / "servers.xml"))
    if real:
        arguments = ["-q", "-m", "real", f"--ignore={OBS}", SERVERS]
        steps.append(_pytest(env, "pytest: servers of other houses", arguments, artifacts / "real.xml"))
    if real and _has_tests(root, OBS):
        heading, arguments = "pytest: OBS on a stage of its own", ["-q", "-m", "real", OBS]
        steps.append(_pytest(env, heading, arguments, artifacts / "obs.xml", prefix=_alone_in_the_network()))
    return steps


def _environment(step: Step) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")
    }
    return {**kept, "PYTHONUNBUFFERED": "1", **step.environment}


def _total(results: list[Path], seconds: float) -> str:
    """One closing line for all runs of pytest, in pytest's words, counted from their JUnit files."""
    counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for path in results:
        if path.is_file():
            for suite in ET.parse(path).getroot().iter("testsuite"):  # noqa: S314 - pytest of ours wrote it
                for name in counts:
                    counts[name] += int(suite.get(name, "0"))
    passed = counts["tests"] - counts["failures"] - counts["errors"] - counts["skipped"]
    words = [
        (counts["failures"], "failed"),
        (passed, "passed"),
        (counts["skipped"], "skipped"),
        (counts["errors"], "errors"),
    ]
    return f"{', '.join(f'{number} {word}' for number, word in words if number)} in {seconds:.2f}s"


def run(root: Path, env: Environment, *, smoke: bool, real: bool, pytest_arguments: list[str] | None) -> int:
    """Chooses the steps and runs every one, whatever those before it said; returns 0 only when all passed."""
    artifacts = root / "test-artifacts"
    if smoke and artifacts.exists():
        shutil.rmtree(artifacts)  # no picture of an earlier run may pass for one of this
    artifacts.mkdir(exist_ok=True)
    if smoke:
        screenshots = str(artifacts / "screenshots")
        arguments = ["-q", "-m", "smoke", "-n", "2", *(pytest_arguments or []), *SMOKE]
        steps = [_pytest(env, "pytest: the smoke walk", arguments, artifacts / "junit.xml", screenshots)]
    elif pytest_arguments is not None:
        steps = [_pytest(env, "pytest", pytest_arguments, artifacts / "junit.xml")]
    else:
        steps = [*_lint_steps(env), *_pytest_steps(root, env, artifacts, real)]

    return run_steps(root, steps)


def run_steps(root: Path, steps: list[Step]) -> int:
    """Runs the steps in `root` with headings and a summary; returns 0 only when all passed."""
    outcomes: list[tuple[str, int, float]] = []
    for step in steps:
        print(f"\n=== {step.heading} ===", flush=True)
        if step.junit is not None:
            step.junit.unlink(missing_ok=True)
        started = time.monotonic()
        code = subprocess.run(step.command, check=False, cwd=root, env=_environment(step)).returncode
        outcomes.append((step.heading, code, time.monotonic() - started))

    print("\n=== summary ===")
    for heading, code, seconds in outcomes:
        failure = "FAILED (no test found)" if code == NOTHING_COLLECTED else f"FAILED (exit code {code})"
        verdict = "passed" if code == 0 else failure
        print(f"{heading:40} {verdict:24} {seconds:6.1f} s")
    results = [step.junit for step in steps if step.junit is not None]
    spent = sum(
        seconds for step, (_, _, seconds) in zip(steps, outcomes, strict=True) if step.junit is not None
    )
    print(f"\n{_total(results, spent)}", flush=True)
    return 0 if all(code == 0 for _, code, _ in outcomes) else 1
