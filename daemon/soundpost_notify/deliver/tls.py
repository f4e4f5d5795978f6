"""The TLS context of services: certificates of the system, or of one authority."""

import ssl
from pathlib import Path

from soundpost.errors import ConfigError
from soundpost.system.regular_file import refuse_irregular


def tls_context(where: str, ca_file: str | None) -> ssl.SSLContext:
    """Returns a context that verifies the service.

    Args:
        where: The name of the table, for errors.
        ca_file: The certificate of an authority in PEM; None for those of the system.

    Raises:
        ConfigError: The file cannot be used.
    """
    try:
        if ca_file is not None:
            refuse_irregular(Path(ca_file))  # OpenSSL would wait for a pipe
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # ssl.SSLError is a subclass
        raise ConfigError(
            f"{where} ca_file {ca_file} cannot be used: {error.strerror or error}",
            hint="it must be a readable file in PEM",
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
