"""How a probe of a broker fails."""

import pytest

from soundpost.config import MqttConfig
from soundpost.errors import PublishError
from soundpost.publish.probe import probe


def probe_refusal(broker: str, **keys: object) -> PublishError:
    """What a probe of a broker raises."""
    with pytest.raises(PublishError) as caught:
        probe(MqttConfig(broker=broker, **keys), "post")  # type: ignore[arg-type]  # each test knows its keys
    return caught.value
