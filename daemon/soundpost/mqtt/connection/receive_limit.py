"""Limits what is received from a broker that floods this client, or does not read itself."""

from soundpost.mqtt.paho_client import PahoClient
from soundpost.system.rate_limit import RateLimit

RECEIVED_PER_SECOND = 1_000
"""The most packets that are received in a second, but for awaited PUBACKs; the others wait at the
broker, which has its own limits. Far more than any sender of commands needs, and a tenth of a
processor core."""
_MOST_UNSENT_ANSWERS = 100
"""Reads in a row while the broker reads nothing itself: then it has to, or its messages would be
acknowledged into memory without end."""


class ReceiveLimit:
    """Decides before each read whether to read.

    Args:
        client: It counts the packets that it has received.
    """

    def __init__(self, client: PahoClient) -> None:
        self._client = client
        self._reads_while_blocked = 0
        self._rate_limit = RateLimit(RECEIVED_PER_SECOND, RECEIVED_PER_SECOND)

    def may_read(self, *, is_blocked: bool) -> bool:
        """Returns False while the broker floods this client, or does not read itself.

        Args:
            is_blocked: True if the broker takes no more bytes now.
        """
        self._reads_while_blocked = self._reads_while_blocked + 1 if is_blocked else 0
        if self._reads_while_blocked > _MOST_UNSENT_ANSWERS:
            return False
        while self._client.received:
            if not self._rate_limit.admit():
                return False
            self._client.received -= 1
        return True
