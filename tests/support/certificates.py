"""Certificates for a broker on loopback, created for one test run.

They follow the recipe in mosquitto-tls(7), and so have no key usage extension.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

_DAYS = "2"


@dataclass(frozen=True)
class Certificates:
    """PEM files: a CA, a server `localhost` and a client that it signed, and another CA."""

    folder: Path

    def path(self, name: str) -> str:
        """Returns the path of a file: ca.crt, server.key, client.crt, other.crt, ..."""
        return str(self.folder / name)

    def listener_lines(self, *, require_client: bool = False) -> tuple[str, ...]:
        """Returns mosquitto's TLS options, with a required client certificate if wanted."""
        lines = (
            f"cafile {self.path('ca.crt')}",
            f"certfile {self.path('server.crt')}",
            f"keyfile {self.path('server.key')}",
        )
        return (*lines, "require_certificate true") if require_client else lines


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Provides certificates that only this test run has."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed; apt-get install openssl")
    made = Certificates(tmp_path_factory.mktemp("certificates"))
    for authority in ("ca", "other"):
        _sign_self(made.folder, authority)
    _sign(made.folder, "server", "subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n")
    _sign(made.folder, "client", "extendedKeyUsage=clientAuth\n")
    return made


def _sign_self(folder: Path, name: str) -> None:
    _openssl(
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", _DAYS, "-subj", f"/CN={name}"),
        *("-addext", "basicConstraints=critical,CA:TRUE"),
        *("-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.crt"),
    )


def _sign(folder: Path, name: str, extensions: str) -> None:
    (folder / f"{name}.ext").write_text(extensions, encoding="utf-8")
    _openssl(
        *("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}"),
        *("-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.csr"),
    )
    _openssl(
        *("x509", "-req", "-in", f"{folder}/{name}.csr", "-days", _DAYS, "-CAcreateserial"),
        *("-CA", f"{folder}/ca.crt", "-CAkey", f"{folder}/ca.key"),
        *("-extfile", f"{folder}/{name}.ext", "-out", f"{folder}/{name}.crt"),
    )


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60)
