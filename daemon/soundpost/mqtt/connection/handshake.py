"""CONNECT with a last will, once more without what the broker does not support in it."""

import time
from collections.abc import Callable

from soundpost.mqtt.broker import ConnectionSettings
from soundpost.mqtt.errors import no_answer, refused, unreachable
from soundpost.mqtt.message import Session
from soundpost.mqtt.paho_client import (
    AT_LEAST_ONCE,
    CONNECT_SECONDS,
    PahoClient,
    Properties,
    ReasonCode,
    connect_properties,
    will_properties,
)
from soundpost.mqtt.reasons import QOS_NOT_SUPPORTED, RETAIN_NOT_SUPPORTED, reason_text


class Handshake:
    """Sends CONNECT, and waits for the broker's reply.

    Args:
        client: Sends it.
        settings: The broker, and the fields of CONNECT.
        will: Topic and payload that the broker publishes, retained, when the connection is lost.
        session: The session to resume or begin; None for one that ends with the connection.

    Attributes:
        connack: The broker's reply; None before it has come.
        loss: Why there is no connection any more; None while there is one.
    """

    def __init__(
        self,
        client: PahoClient,
        settings: ConnectionSettings,
        will: tuple[str, bytes] | None,
        session: Session | None,
    ) -> None:
        self._client = client
        self._settings = settings
        self._will = will
        self._will_qos, self._is_will_retained = AT_LEAST_ONCE, True
        self._session = session
        self.connack: ReasonCode | None = None
        self.loss: str | None = None
        self._refusal = ""
        broker = settings.address
        if broker.username is not None:
            client.username_pw_set(broker.username, broker.password)
        if broker.tls is not None:
            client.tls_set_context(broker.tls)

    def connect(self, poll: Callable[[float], None]) -> None:
        """Connects, once more for each part of the will that the broker does not support.

        Args:
            poll: Receives for so many seconds at most.

        Raises:
            PublishError: The broker cannot be reached, does not answer, or refuses the client.
        """
        while True:
            self.connack = self.loss = None
            self._begin()
            reason = self._wait_for_connack(poll)
            if not reason.is_failure:
                return
            if not self._reduce_will(reason):
                raise refused(self._settings.address, self._refusal)

    def on_connack(self, reason: ReasonCode, properties: Properties | None) -> None:
        """Takes the broker's reply."""
        self.connack = reason
        self._refusal = reason_text(str(reason), properties)

    def _begin(self) -> None:
        """Opens the socket and sends CONNECT with the present will."""
        broker, session = self._settings.address, self._session
        if self._will is not None:
            self._client.will_set(
                *self._will,
                qos=self._will_qos,
                retain=self._is_will_retained,
                properties=will_properties(self._settings.run_id),
            )
        try:
            self._client.connect(
                broker.host,
                broker.port,
                self._settings.keepalive_seconds,
                clean_start=session is None,
                properties=connect_properties(0 if session is None else session.seconds),
            )
        except OSError as error:
            raise unreachable(broker, error) from error

    def _wait_for_connack(self, poll: Callable[[float], None]) -> ReasonCode:
        deadline = time.monotonic() + CONNECT_SECONDS
        while (reason := self.connack) is None:
            remaining_seconds = deadline - time.monotonic()
            if self.loss is not None or remaining_seconds <= 0.0:
                silence = f"silent for {CONNECT_SECONDS:.0f} s"
                raise no_answer(self._settings.address, self.loss or silence)
            poll(remaining_seconds)
        return reason

    def _reduce_will(self, reason: ReasonCode) -> bool:
        """Leaves out of the will what the broker has refused.

        Returns:
            False if that is not why it refused.
        """
        if reason.value == RETAIN_NOT_SUPPORTED and self._is_will_retained:
            self._is_will_retained = False
        elif reason.value == QOS_NOT_SUPPORTED and self._will_qos:
            self._will_qos = 0
        else:
            return False
        return True
