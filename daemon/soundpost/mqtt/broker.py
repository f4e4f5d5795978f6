"""The broker's address, credentials and certificates, from the configuration."""

import ipaddress
import secrets
import ssl
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

import msgspec

from soundpost.config import BrokerConfig, refuse_irregular_credentials
from soundpost.errors import ConfigError
from soundpost.mqtt.certificates import load_certificates
from soundpost.mqtt.password import read_password

_DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """The broker's address, credentials and TLS context; printing it shows no secret."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}"

    @property
    def is_local(self) -> bool:
        """True if the broker runs on this machine."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def is_exposed(self) -> bool:
        """True if messages cross a network unencrypted."""
        return not self.tls and not self.is_local


class ConnectionSettings(msgspec.Struct, frozen=True):
    """The broker to connect to, and the fields of the CONNECT packet.

    Attributes:
        address: The broker.
        client_id: Unlike any other client's, and the same for all connections of one run: then a
            new connection replaces a half-dead one at once. Otherwise the broker would publish
            the last will of the old one, `offline`, after the `online` of the new one.
        keepalive_seconds: After 1.5 times this without a packet the broker drops the connection,
            and publishes the last will.
        run_id: The id of the run, which status and last will carry.
        is_client_id_set: True if the client identifier is from the configuration, so that another
            client may have the same by mistake.
    """

    address: BrokerAddress
    client_id: str
    keepalive_seconds: int
    run_id: str
    is_client_id_set: bool = False


def connection_settings(
    config: BrokerConfig, address: BrokerAddress, node: str, purpose: str = ""
) -> ConnectionSettings:
    """Returns the fields of CONNECT for a node.

    Args:
        config: The `[mqtt]` table.
        address: The broker.
        node: The name of the node, with that of the source if any: `<node>/<source>`.
        purpose: A connection beside the daemon's has its own client identifier, with this name.
    """
    run_id = secrets.token_hex(4)
    name, _, source = node.partition("/")
    own = config.client_id and "-".join(filter(None, (config.client_id, purpose)))
    parts = filter(None, ("soundpost", name, source, purpose, run_id))
    return ConnectionSettings(
        address,
        own or "-".join(parts),
        config.keepalive_seconds,
        run_id,
        is_client_id_set=own is not None,
    )


def load_broker_address(config: BrokerConfig) -> BrokerAddress:
    """Reads the broker's address, its password file and its certificates.

    Raises:
        ConfigError: The address is not valid, or a file cannot be used.
    """
    address = _read_address(config.broker)
    is_tls = address.scheme == "mqtts"
    refuse_irregular_credentials(config)
    broker = BrokerAddress(
        host=address.hostname or "",
        port=address.port or _DEFAULT_PORTS[address.scheme],
        tls=load_certificates(config) if is_tls else None,
        username=config.username,
        password=read_password(config.password_file),
    )
    if config.commands and not broker.is_local:
        _require_secure_commands(config, broker)
    return broker


def _require_secure_commands(config: BrokerConfig, broker: BrokerAddress) -> None:
    """Raises ConfigError if commands could be forged: without encryption or authentication."""
    if broker.is_exposed:
        raise ConfigError(
            f"mqtt.commands: {broker} is not encrypted, so anyone on the network could "
            "send commands",
            hint="use mqtts://, or a broker on this machine, or remove mqtt.commands",
        )
    if not config.username and not config.cert_file:
        raise ConfigError(
            f"mqtt.commands: {broker} does not authenticate this node, so anyone could "
            "send commands",
            hint="set username and password_file, or cert_file, or remove mqtt.commands",
        )


def _read_address(url: str) -> SplitResult:
    shown = url.rpartition("@")[2]  # the text before an @ may be a password
    example = "write it as mqtt://host, mqtt://host:1883 or mqtts://host:8883"
    try:
        address = urlsplit(url)
        port = address.port
        host = address.hostname or ""
        host.encode("idna")
    except ValueError as error:
        raise ConfigError(
            f"mqtt.broker {shown!r} is not an address: {error}", hint=example
        ) from None
    if address.username is not None or address.password is not None:
        raise ConfigError(
            f"mqtt.broker carries credentials before {shown!r}",
            hint="set mqtt.username and mqtt.password_file instead",
        )
    unused = address.path.strip("/") + address.query + address.fragment
    is_host = host and host.isprintable() and not any(map(str.isspace, host))
    if address.scheme not in _DEFAULT_PORTS or not is_host or port == 0 or unused:
        raise ConfigError(f"mqtt.broker {shown!r} is not the address of a broker", hint=example)
    return address
