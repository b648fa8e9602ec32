"""A real OBS without a screen, and a real place to stream to, for tests. Both run where nothing but loopback is.

obs = Obs(tmp_path / "obs").start()         obs.address, Obs.PASSWORD
obs.kill(); obs.start()                     the same settings and scenes, as after any crash
ingest = Ingest(tmp_path / "ingest").start()
await stream_to(observer, ingest)           OBS streams there
ingest.frame()                              what viewers see, as a PNG
words_in(picture)                           what a person reads in it
"""

import os
import shutil
import socket
import subprocess
from concurrent.futures import TimeoutError as NotInTime
from pathlib import Path
from typing import Any, Self

import msgspec

from studio.stage.obs_socket import ObsSocket
from tests.real.leashed import Leashed

READY_WITHIN_S = 60
FRAME_WITHIN_S = 30
_MODULE = "lib/nginx/modules/ngx_rtmp_module.so"
_GLOBAL = """\
[General]
FirstRun=true
LastVersion=486539266
InfoIncrement=-1
EnableAutoUpdates=false
Language=en-US
ProcessPriority=Normal

[Basic]
Profile=Untitled
ProfileDir=Untitled
SceneCollection=Untitled
SceneCollectionFile=Untitled
ConfigOnNewProfile=false

[BasicWindow]
SysTrayEnabled=false
PreviewEnabled=false
WarnBeforeStartingStream=false
WarnBeforeStoppingStream=false

[OBSWebSocket]
FirstLoad=false
ServerEnabled=true
ServerPort={port}
AlertsEnabled=false
AuthRequired=true
ServerPassword={password}
"""
_PROFILE = """\
[General]
Name=Untitled

[Video]
BaseCX=1280
BaseCY=720
OutputCX=640
OutputCY=360
FPSType=0
FPSCommon=10
ScaleType=bilinear

[Output]
Mode=Simple
FilePath={folder}/rec
Reconnect=true
RetryDelay=1
MaxRetries=100

[SimpleOutput]
FilePath={folder}/rec
RecFormat=mkv
VBitrate=900
ABitrate=96
StreamEncoder=x264
Preset=ultrafast
RecQuality=Stream
UseAdvanced=true
x264Settings=keyint=10

[Audio]
SampleRate=48000
ChannelSetup=Stereo
"""
_INGEST = """\
load_module {module};
master_process off; daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr notice;
events {{ worker_connections 64; }}
rtmp {{ access_log off; server {{ listen 127.0.0.1:{port}; chunk_size 4096;
  application live {{ live on; record off; wait_key on; wait_video on; }} }} }}
"""


def a_free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def alone_in_the_network() -> bool:
    """Whether nobody can reach this process from outside: there is no way to or from anywhere but loopback."""
    try:
        routes = Path("/proc/net/route").read_text("ascii").splitlines()[1:]
        six = Path("/proc/net/if_inet6").read_text("ascii").splitlines()
    except OSError:
        return False
    return not routes and all(line.split()[-1] == "lo" for line in six)


def program(name: str) -> str:
    """Where a program is. Fails where it is not installed."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise RuntimeError(f"The tests with OBS need {name}: python3 packaging/bootstrap.py test --real")
    return found


def _started(
    command: list[str], folder: Path, word: str, environment: dict[str, str] | None = None
) -> Leashed:
    log = folder / f"{Path(command[0]).name}.log"
    started = Leashed(command, log, folder=folder, environment=environment, word=word)
    try:
        started.told.result(READY_WITHIN_S)
    except (EOFError, NotInTime) as error:
        started.kill()
        raise RuntimeError(f"{command[0]} did not start: see {log}\n{error}") from error
    return started


class Screen:
    """An X server without a screen; `display` is its name."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        command = [program("Xvfb"), "-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
        self._xvfb = _started(command, folder, "")
        self.display = f":{self._xvfb.told.result()}"

    def stop(self) -> None:
        """End it."""
        self._xvfb.stop()


class Obs:
    """An OBS of its own: 640x360 at 10 frames a second of a canvas of 1280x720."""

    PASSWORD = "a password of tests"

    def __init__(self, folder: Path, screen: Screen) -> None:
        self.folder = folder
        self.port = a_free_port()
        self.address = f"ws://127.0.0.1:{self.port}"
        self._screen = screen
        self._obs: Leashed | None = None
        config = folder / ".config" / "obs-studio"
        for path in (config / "basic/profiles/Untitled", config / "basic/scenes", folder / "rec"):
            path.mkdir(parents=True)
        (folder / "run").mkdir(mode=0o700)
        (config / "global.ini").write_text(_GLOBAL.format(port=self.port, password=self.PASSWORD))
        (config / "basic/profiles/Untitled/basic.ini").write_text(_PROFILE.format(folder=folder))

    def start(self) -> Self:
        """Start it and wait until it listens."""
        assert alone_in_the_network(), "OBS listens on every interface"
        kept = {name: value for name, value in os.environ.items() if name != "WAYLAND_DISPLAY"}
        environment = kept | {
            "HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder / ".config"),
            "XDG_RUNTIME_DIR": str(self.folder / "run"),
            "DISPLAY": self._screen.display,
            "QT_QPA_PLATFORM": "xcb",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "LP_NUM_THREADS": "1",
            "LC_ALL": "C.UTF-8",
        }
        options = ["--multi", "--minimize-to-tray", "--disable-updater", "--disable-missing-files-check"]
        self._obs = _started(
            [program("obs"), *options], self.folder, "Server started successfully", environment
        )
        return self

    def kill(self) -> None:
        """SIGKILL."""
        assert self._obs is not None
        self._obs.kill()

    def stop(self) -> None:
        """End it as a person would."""
        if self._obs is not None:
            self._obs.stop()


class Ingest:
    """Where OBS streams to: nginx with its RTMP module."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = a_free_port()
        self.server = f"rtmp://127.0.0.1:{self.port}/live"
        self._nginx: Leashed | None = None

    def start(self) -> Self:
        """Start it and wait until it listens; a second start takes the same port."""
        module = next(
            path for path in (Path("/usr") / _MODULE, Path("/usr/share") / _MODULE) if path.exists()
        )
        conf = self.folder / "nginx.conf"
        conf.write_text(_INGEST.format(module=module, folder=self.folder, port=self.port))
        command = [program("nginx"), "-p", str(self.folder), "-e", "stderr", "-c", str(conf)]
        self._nginx = _started(command, self.folder, "event method")
        return self

    def kill(self) -> None:
        """SIGKILL."""
        assert self._nginx is not None
        self._nginx.kill()

    def stop(self) -> None:
        """End it."""
        if self._nginx is not None and self._nginx.running:
            self._nginx.stop()

    def frame(self) -> bytes:
        """One frame of the stream as its viewers get it, three times as large, as a PNG."""
        command = [program("ffmpeg"), "-v", "error", "-rw_timeout", "20000000", "-i", f"{self.server}/show"]
        command += ["-frames:v", "1", "-vf", "scale=iw*3:ih*3:flags=lanczos", "-f", "image2pipe"]
        command += ["-c:v", "png", "-"]
        done = subprocess.run(command, capture_output=True, timeout=FRAME_WITHIN_S)
        if not done.stdout:
            raise RuntimeError(done.stderr.decode(errors="replace"))
        return done.stdout


def words_in(picture: bytes) -> str:
    """What a person reads in a picture, in one line: light letters on what is darker."""
    grey = "format=gray,lut=y='clip(255-(val-60)*255/100,0,255)'"
    dark = [program("ffmpeg"), "-v", "error", "-i", "-", "-vf", grey, "-f", "image2pipe", "-c:v", "png", "-"]
    paper = subprocess.run(dark, input=picture, capture_output=True, timeout=60, check=True).stdout
    command = [program("tesseract"), "-", "-", "--psm", "11", "-l", "eng"]
    done = subprocess.run(command, input=paper, capture_output=True, timeout=60, check=True)
    return " ".join(done.stdout.decode().split())


async def ask(obs: ObsSocket, what: str, **data: Any) -> dict[str, Any]:
    """One request of a test's own; it must be done."""
    answer = await obs.ask(what, data)
    assert answer.well, f"{what}: {answer.code} {answer.comment}"
    return msgspec.json.decode(answer.data)


async def stream_to(obs: ObsSocket, ingest: Ingest) -> None:
    """OBS streams there from now on."""
    settings = {"server": ingest.server, "key": "show", "use_auth": False}
    service = {"streamServiceType": "rtmp_custom", "streamServiceSettings": settings}
    await ask(obs, "SetStreamServiceSettings", **service)
    await ask(obs, "StartStream")
