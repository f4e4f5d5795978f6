"""Names of nodes as Home Assistant's discovery topics accept them.

Source: `TOPIC_MATCHER` in homeassistant/components/mqtt/discovery.py, which takes letters, digits,
dashes and underscores. A message on any other topic is ignored without a log line.
"""

import re
from hashlib import sha256

_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_OTHER = re.compile(r"[^A-Za-z0-9_-]")
_SHOWN_CHARACTERS = 64
_HASH_DIGITS = 8
"""32 bits: among a thousand nodes two ids are equal with a probability of 0.0001."""


def object_id(name: str) -> str:
    """Returns the id of a node in a discovery topic and in the ids of its entities.

    In a name with other characters, such as the dots of a full host name, they are replaced, and a
    hash of the whole name is appended, so that `a.b` and `a_b` remain two nodes.
    """
    if _PLAIN.fullmatch(name):
        return name
    digest = sha256(name.encode()).hexdigest()[:_HASH_DIGITS]
    return f"{_OTHER.sub('_', name[:_SHOWN_CHARACTERS])}_{digest}"
