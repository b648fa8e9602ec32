"""A platform's door to the world: a real nginx before a stand-in. It is killed and comes back; what is behind it knows nothing of that."""

import os
from pathlib import Path

from tests.real.leashed import Leashed
from tests.real.obs.rig import a_free_port, program

READY_WITHIN_S = 30
_CONF = """\
worker_processes 1; daemon off; {user} pid {folder}/nginx.pid; error_log stderr notice;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_read_timeout 1h;
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass {api}; }}
    {more}
  }}
}}
"""
_STREAM = "location ~ ^/[0-9]+/live_comments$ {{ proxy_pass {stream}; proxy_buffering off; }}"


class Front:
    """`api` is the stand-in behind it; `stream` is where its server-sent events come from, when that is elsewhere."""

    def __init__(self, folder: Path, api: str, stream: str = "") -> None:
        folder.mkdir()
        self.port = a_free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        more = _STREAM.format(stream=stream) if stream else ""
        user = "user root;" if os.name == "posix" and os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(
            _CONF.format(user=user, folder=folder, port=self.port, api=api, more=more)
        )
        self._nginx: Leashed | None = None

    def start(self) -> None:
        """Start it and wait until it listens; a second start takes the same port."""
        conf = self._folder / "nginx.conf"
        command = [program("nginx"), "-p", str(self._folder), "-e", "stderr", "-c", str(conf)]
        log = self._folder / "nginx.log"
        self._nginx = Leashed(command, log, folder=self._folder, word="start worker process ")
        self._nginx.told.result(READY_WITHIN_S)

    def kill(self) -> None:
        """SIGKILL to it and its workers: every connection is cut."""
        assert self._nginx is not None
        self._nginx.kill()

    def stop(self) -> None:
        """End it."""
        if self._nginx is not None and self._nginx.running:
            self._nginx.stop()
