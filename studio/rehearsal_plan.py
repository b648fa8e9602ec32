"""From the command line of `rehearse` to the plan of a rehearsal, new or resumed. Nothing here knows of Qt."""

import argparse
import os
import time
from pathlib import Path

import msgspec
import structlog

from studio.display import has_display
from studio.domain.ids import uuid7
from studio.rehearsal.director import OutsideShop, Rehearsal, RehearsalError, fault_names
from studio.rehearsal_lineup import read_own, take_own
from studio.settings.paths import Paths

HEADLESS_SPEED = 20.0
MINUTES = 20.0
LEFT_BEHIND = ("host.png", "prompter.png", "review.png", "report.html", "summary.json")
"""What a rehearsal without a display leaves in its output folder."""

_MOST_VIEWERS = 50_000
_MOST_VIEWERS_A_SECOND = 300_000
_log = structlog.get_logger(__name__)


class Plan(msgspec.Struct, frozen=True):
    """What the command line asked for, with its defaults filled in. `shop` is an outside shop's address or empty; `lineup` the
    file of an own line-up that is still to be taken into the rehearsal's folder.
    """

    rehearsal: Rehearsal
    folder: Path
    headless: bool
    out: Path
    shop: str = ""
    resumed: bool = False
    lineup: Path | None = None


def outside_shop(plan: Plan) -> OutsideShop | None:
    """The shop that runs already, with its tokens by the environment. Raises `RehearsalError` without a token."""
    if not plan.shop:
        return None
    token = os.environ.get("HOST_STUDIO_SHOP_TOKEN", "")
    if not token:
        raise RehearsalError(f"Set HOST_STUDIO_SHOP_TOKEN to the token of the shop at {plan.shop} first.")
    return OutsideShop(plan.shop, token, os.environ.get("HOST_STUDIO_SHOP_ADMIN_TOKEN", ""))


def plan_of(paths: Paths, given: argparse.Namespace) -> Plan:
    """The plan, its folder made or found. Raises `RehearsalError` with a sentence for what cannot be."""
    headless = bool(given.headless) or not has_display()
    plan = _resumed(paths, given, headless) if given.resume else _new(paths, given, headless)
    outside_shop(plan)
    if headless:
        _clear(plan.out)
    if not plan.resumed:
        plan.folder.mkdir(mode=0o700, parents=True)
        if plan.lineup is not None:
            take_own(plan.lineup, plan.folder)
        keep(plan.folder, plan.rehearsal)
    return plan


def keep(folder: Path, rehearsal: Rehearsal) -> None:
    """Write down how the rehearsal was set up, and whether it is finished."""
    part = folder / "rehearsal.json.part"
    part.write_bytes(msgspec.json.encode(rehearsal))
    part.replace(folder / "rehearsal.json")


def _new(paths: Paths, given: argparse.Namespace, headless: bool) -> Plan:
    shop = (given.shop or "").rstrip("/")
    if shop and not shop.startswith(("http://", "https://")):
        raise RehearsalError(f"“{shop}” is no address: --shop takes one like http://127.0.0.1:8080.")
    speed = given.speed or (0.0 if shop else HEADLESS_SPEED if headless else 1.0)
    if speed and not 0.1 <= speed <= 120:
        raise RehearsalError(f"--speed {speed:g} is not possible: choose 0.1 to 120 times real time.")
    if given.lineup is not None and shop:
        raise RehearsalError(
            "An own line-up brings its products into a demo shop: leave out --shop or --lineup."
        )
    own = None if given.lineup is None else read_own(given.lineup)
    minutes = given.minutes or (own.minutes if own is not None else 0.0) or MINUTES
    if not 1 <= minutes <= 24 * 60:
        raise RehearsalError(f"--minutes {minutes:g} is not possible: choose 1 to 1440 minutes.")
    viewers = given.viewers if given.viewers is not None else 2_000 if headless else 1_500
    most = min(_MOST_VIEWERS, round(_MOST_VIEWERS_A_SECOND / max(speed, 1.0)))
    if not 1 <= viewers <= most:
        raise RehearsalError(f"--viewers {viewers} is not possible: choose 1 to {most} at this speed.")
    shop_plays = not shop or bool(os.environ.get("HOST_STUDIO_SHOP_ADMIN_TOKEN"))
    rehearsal = Rehearsal(
        seed=given.seed if given.seed is not None else time.time_ns() // 1_000_000 % 100_000,
        minutes=minutes,
        speed=speed,
        viewers=viewers,
        show_id=uuid7(),
        faults=fault_names(given.fault, shop_plays=shop_plays),
        shop=shop,
        own=own is not None,
    )
    folder = paths.rehearsals / f"{time.strftime('%Y%m%d-%H%M%S')}-{rehearsal.show_id[-4:]}"
    return Plan(rehearsal, folder, headless, _out(given, folder, headless), shop, lineup=given.lineup)


def _resumed(paths: Paths, given: argparse.Namespace, headless: bool) -> Plan:
    changed = [
        option
        for option, value in (
            ("--seed", given.seed), ("--minutes", given.minutes), ("--viewers", given.viewers), ("--fault", given.fault),
            ("--speed", given.speed), ("--lineup", given.lineup),
        )
        if value is not None and value != []
    ]  # fmt: skip
    if changed:
        raise RehearsalError(
            f"--resume goes on with a rehearsal as it was begun: leave out {' and '.join(changed)}."
        )
    cut_off = [(folder, kept) for folder, kept in kept_rehearsals(paths) if not kept.finished]
    if not cut_off:
        raise RehearsalError("There is no rehearsal to resume. Start one without --resume.")
    folder, rehearsal = cut_off[-1]
    shop = (given.shop or rehearsal.shop).rstrip("/")
    return Plan(rehearsal, folder, headless, _out(given, folder, headless), shop, resumed=True)


def kept_rehearsals(paths: Paths) -> list[tuple[Path, Rehearsal]]:
    """The rehearsals of this data folder, the newest last."""
    found: list[tuple[Path, Rehearsal]] = []
    for file in paths.rehearsals.glob("*/rehearsal.json"):
        try:
            found.append((file.parent, msgspec.json.decode(file.read_bytes(), type=Rehearsal)))
        except (OSError, msgspec.DecodeError) as error:
            _log.warning("a rehearsal cannot be read", folder=file.parent.name, reason=str(error))
    return sorted(found, key=lambda pair: pair[1].show_id)


def _out(given: argparse.Namespace, folder: Path, headless: bool) -> Path:
    if given.out is not None:
        return Path(given.out).absolute()
    return Path("rehearsal-output").absolute() if headless else folder / "output"


def _clear(out: Path) -> None:
    """Make the output folder, without the pictures and figures of an earlier rehearsal."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in LEFT_BEHIND:
            (out / name).unlink(missing_ok=True)
        probe = out / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise RehearsalError(
            f"The folder {out} cannot be written ({error.strerror}): choose another with --out."
        ) from error
