"""The broker as the configuration names it: address, credentials, certificates."""

import ipaddress
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from soundpost.config import MqttConfig
from soundpost.errors import ConfigError

_DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}
_OTHERS_MASK = 0o007


class _TidySocket(ssl.SSLSocket):
    """Closes itself when its handshake fails, because paho forgets it open."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - as ssl has it
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where the broker is and how to be let in; printing it shows no secret."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}"

    @property
    def is_here(self) -> bool:
        """Whether it runs on this machine."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def is_exposed(self) -> bool:
        """Whether what is told to it crosses a network unencrypted."""
        return not self.tls and not self.is_here


def load_broker_address(config: MqttConfig) -> BrokerAddress:
    """The broker of a configuration, its password read and its certificates loaded.

    Raises:
        ConfigError: The address is none, or a file cannot be used.
    """
    address = _read_address(config.broker)
    is_tls = address.scheme == "mqtts"
    broker = BrokerAddress(
        host=address.hostname or "",
        port=address.port or _DEFAULT_PORTS[address.scheme],
        tls=_load_certificates(config) if is_tls else None,
        username=config.username,
        password=_read_password(config.password_file),
    )
    if config.commands and not broker.is_here:
        _refuse_strangers(config, broker)
    return broker


def _refuse_strangers(config: MqttConfig, broker: BrokerAddress) -> None:
    """Take commands only where a broker can know who sends them, and nobody on the way does."""
    if broker.is_exposed:
        raise ConfigError(
            f"mqtt.commands: {broker} is not encrypted, whoever shares the network could command",
            hint="use mqtts://, or a broker on this machine, or leave mqtt.commands away",
        )
    if not config.username and not config.cert_file:
        raise ConfigError(
            f"mqtt.commands: {broker} lets this node in without knowing it, and so everybody",
            hint="set username and password_file, or cert_file, or leave mqtt.commands away",
        )


def _read_address(url: str) -> SplitResult:
    shown = url.rpartition("@")[2]  # what stands before an @ may be a password
    example = "write it as mqtt://host, mqtt://host:1883 or mqtts://host:8883"
    try:
        address = urlsplit(url)
        port = address.port
        host = address.hostname or ""
        host.encode("idna")
    except ValueError as error:
        raise ConfigError(f"mqtt.broker {shown!r} is no address: {error}", hint=example) from None
    if address.username is not None or address.password is not None:
        raise ConfigError(
            f"mqtt.broker carries credentials before {shown!r}",
            hint="set mqtt.username and mqtt.password_file instead",
        )
    rest = address.path.strip("/") + address.query + address.fragment
    is_host = host and host.isprintable() and not any(map(str.isspace, host))
    if address.scheme not in _DEFAULT_PORTS or not is_host or port == 0 or rest:
        raise ConfigError(f"mqtt.broker {shown!r} is no address of a broker", hint=example)
    return address


def _read_password(file: str | None) -> str | None:
    if file is None:
        return None
    path = Path(file)
    try:
        if path.stat().st_mode & _OTHERS_MASK:
            raise ConfigError(
                f"mqtt.password_file {path} can be read by everybody on this machine",
                hint=f"chmod o= {path}, and give it to the user that soundpost runs as",
            )
        password = path.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise ConfigError(
            f"mqtt.password_file {path} cannot be read: {error.strerror}",
            hint="it must exist and be readable for the user that soundpost runs as",
        ) from error
    except UnicodeDecodeError:
        raise ConfigError(
            f"mqtt.password_file {path} is not text", hint="put the password on its first line"
        ) from None
    if not password or "\n" in password:
        raise ConfigError(
            f"mqtt.password_file {path} does not hold one line", hint="put the password on it"
        )
    return password


def _load_certificates(config: MqttConfig) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=config.ca_file)
        if config.cert_file:
            context.load_cert_chain(config.cert_file, config.key_file, password=_no_passphrase)
    except OSError as error:  # ssl.SSLError is one
        named = [config.ca_file, config.cert_file, config.key_file]
        files = ", ".join(name for name in named if name)
        raise ConfigError(
            f"the certificates {files} cannot be used: {error.strerror or error}",
            hint="ca_file, cert_file and key_file are PEM files, readable, the key not encrypted",
        ) from error
    context.sslsocket_class = _TidySocket
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python 3.13 began to refuse certificates that lack extensions of RFC 5280, among them those
    # made as mosquitto-tls(7) says. Chain, dates and host name are verified all the same.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _no_passphrase() -> str:
    """Answers OpenSSL, which would otherwise ask the terminal and wait."""
    return ""
