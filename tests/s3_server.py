"""An S3 of the tests' own, that checks signatures and can be killed.

SeaweedFS, because it is a real one: the emulator s3rver, say, takes any signature of version 4,
and replaces an object while it is read.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from .processes import Killable, free_ports, wait_until

WEED = Path(sys.executable).with_name("weed")

KEY, SECRET = "tester", "the secret of the tests"


class S3Server(Killable):
    """A server with one bucket, which is empty when it starts; ends with the `with` block."""

    bucket = "tests"

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="s3-")
        names = [f"{part}.port{kind}" for part in _PARTS for kind in ("", ".grpc")]
        self._ports = dict(zip(names, free_ports(len(names)), strict=True))
        self._process: subprocess.Popen[bytes] | None = None
        self.environment = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._ports['s3.port']}",
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
        }
        """What an operator would set."""

    def end(self) -> None:
        super().end()
        self._folder.cleanup()

    def start(self) -> None:
        folder = Path(tempfile.mkdtemp(dir=self._folder.name))
        known = {"accessKey": KEY, "secretKey": SECRET}
        identity = {"name": KEY, "credentials": [known], "actions": ["Admin"]}
        access = folder / "access.json"
        access.write_text(json.dumps({"identities": [identity]}))
        options: dict[str, object] = {
            **self._ports,
            "dir": folder,
            "ip": "127.0.0.1",
            "ip.bind": "127.0.0.1",
            "master.telemetry": "false",
            "master.volumeSizeLimitMB": 64,
            "s3.config": access,
            "s3.iam": "false",
            "s3.port.iceberg": 0,
            "s3.port.lance": 0,
            "s3.localSocket": folder / "s3.socket",
            "filer.localSocket": folder / "filer.socket",
            "volume.max": 16,
        }
        self._process = subprocess.Popen(
            (WEED, "server", "-s3", *(f"-{name}={value}" for name, value in options.items())),
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(self._answers)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            for part in _PARTS:  # whatever it is told, it puts these there
                place = f"/tmp/seaweedfs-{part}-grpc-{self._ports[f'{part}.port.grpc']}.sock"  # noqa: S108
                Path(place).unlink(missing_ok=True)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "the server ended by itself"
        store = S3Store(
            self.bucket,
            endpoint=self.environment["AWS_ENDPOINT_URL"],
            access_key_id=KEY,
            secret_access_key=SECRET,
            region=self.environment["AWS_REGION"],
            client_options={"allow_http": True},
            retry_config={"max_retries": 0},
        )
        try:
            obstore.put(store, "ready", b"")
            obstore.delete(store, "ready")
        except (BaseError, OSError):
            return False
        return True


_PARTS = ("master", "volume", "filer", "s3")
