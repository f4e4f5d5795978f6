"""The failures of a probe of a broker."""

import pytest

from soundpost.config import MqttConfig
from soundpost.errors import PublishError
from soundpost.publish.probe import probe


def probe_refusal(broker: str, **keys: object) -> PublishError:
    """Returns the error that a probe of a broker raises."""
    with pytest.raises(PublishError) as caught:
        probe(MqttConfig(broker=broker, **keys), "post")  # type: ignore[arg-type]  # the keys of MqttConfig
    return caught.value
