"""A Dask cluster on this machine: its scheduler and its workers are processes, which speak TLS alone."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

SECONDS = 60
ROLES = ("SCHEDULER", "WORKER", "CLIENT")
NO_PAGES = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0")
START = "from distributed.cli.dask_{} import main; main()"


def certificates(folder: Path) -> dict[str, str]:
    """An authority's certificate and one that it has signed, as Dask's configuration in variables."""
    authority, of_authority = _signed("test authority", None)
    key, certificate = _signed("localhost", (authority, of_authority))
    files = {"ca.pem": of_authority.public_bytes(Encoding.PEM), "cert.pem": certificate.public_bytes(Encoding.PEM)}
    files["key.pem"] = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for name, content in files.items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o600)
    tls = "DASK_DISTRIBUTED__COMM__TLS__"
    roles = {f"{tls}{role}__{part.upper()}": str(folder / f"{part}.pem") for role in ROLES for part in ("cert", "key")}
    return {"DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "true", f"{tls}CA_FILE": str(folder / "ca.pem"), **roles}


def _signed(
    name: str, by: tuple[ec.EllipticCurvePrivateKey, x509.Certificate] | None
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """A key and its certificate; without a signer one that signs itself, and others."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer, issuer = (by[0], by[1].subject) if by else (key, subject)
    builder = (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
    )
    return key, builder.sign(signer, hashes.SHA256())


class Cluster:
    """A scheduler, and workers that are started and killed by name."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder, self._environment = folder, environment
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._start("scheduler", START.format("scheduler"), "--protocol", "tls", "--host", "127.0.0.1", "--port", "0",
                    *NO_PAGES)  # fmt: skip
        self.url = self._wait("scheduler", "Scheduler at:").split()[-1]

    def worker(self, name: str, before: str = "", **environment: str) -> None:
        """Start a worker and wait until it is connected; `before`: code that runs first in its process."""
        self._start(name, f"{before}\n{START.format('worker')}", self.url, "--name", name, "--no-nanny", "--nthreads",
                    "1", *NO_PAGES, **environment)  # fmt: skip
        self._wait(name, "Registered to:")

    def kill(self, name: str) -> None:
        """End a process and all that it has started, as when its machine loses power."""
        process = self._processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(SECONDS)

    def close(self) -> None:
        """End all that still runs."""
        for name in tuple(self._processes):
            self.kill(name)

    def _start(self, name: str, code: str, *words: str, **environment: str) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-c", code, *words], cwd=self.folder, stdout=log, stderr=log, start_new_session=True,
                env={**self._environment, **environment},
            )  # fmt: skip

    def _wait(self, name: str, words: str) -> str:
        """The line of a process's log in which these words stand."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            text = (self.folder / f"{name}.log").read_text(encoding="utf-8")
            for line in text.splitlines():
                if words in line:
                    return line
            time.sleep(0.1)
        raise TimeoutError(f"{name} did not start: {text}")


@contextmanager
def cluster(folder: Path, environment: Mapping[str, str]) -> Iterator[Cluster]:
    """A scheduler without workers, whose processes work in a folder."""
    made = Cluster(folder, environment)
    try:
        yield made
    finally:
        made.close()
