"""The certificates: of the broker's CA, and of this node."""

import ssl
from pathlib import Path

from soundpost.config import BrokerConfig
from soundpost.errors import ConfigError
from soundpost.system.regular_file import refuse_irregular


class _SelfClosingSocket(ssl.SSLSocket):
    """A TLS socket that closes itself when its handshake fails, because paho leaves it open."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - the signature of ssl
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def load_certificates(config: BrokerConfig) -> ssl.SSLContext:
    """Returns the TLS context with the configured CA and client certificate.

    Raises:
        ConfigError: A file is missing, unreadable, or holds something else.
    """
    files = list(filter(None, [config.ca_file, config.cert_file, config.key_file]))
    try:
        for file in files:
            refuse_irregular(Path(file))  # OpenSSL would wait for a pipe
        context = ssl.create_default_context(cafile=config.ca_file)
        if config.cert_file:
            context.load_cert_chain(config.cert_file, config.key_file, password=_no_passphrase)
    except OSError as error:  # ssl.SSLError is a subclass
        raise ConfigError(
            f"the certificates {', '.join(files)} cannot be used: {error.strerror or error}",
            hint="ca_file, cert_file and key_file must be readable PEM files, the key unencrypted",
        ) from error
    context.sslsocket_class = _SelfClosingSocket
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python 3.13 began to refuse certificates that lack extensions of RFC 5280, among them those
    # made by the recipe in mosquitto-tls(7). Chain, dates and host name are verified all the same.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _no_passphrase() -> str:
    """Returns an empty passphrase, or OpenSSL would prompt for it on the terminal and wait."""
    return ""
