"""Work between messages: reports about nodes, and the removal of old rows."""

from collections.abc import Sequence

from soundpost_notify.compose.node_text import node_content
from soundpost_notify.nodes.watch import NodeRule, NodeWatch
from soundpost_notify.queue.memory import Reported, set_reported
from soundpost_notify.queue.queue import MessageQueue
from soundpost_notify.queue.retention import Retention
from soundpost_web.settings.zones import Zones


class Upkeep:
    """Does what is due, once a second.

    Args:
        queue: The queue.
        watch: The nodes.
        rules: The rules about nodes.
        retention: Removes old rows.
        zones: The zones of the nodes.

    Attributes:
        queue: The queue.
        watch: The nodes.
    """

    def __init__(
        self,
        queue: MessageQueue,
        watch: NodeWatch,
        rules: Sequence[NodeRule],
        retention: Retention,
        zones: Zones,
    ) -> None:
        self.queue = queue
        self.watch = watch
        self._targets = {rule.name: rule.config.targets for rule in rules}
        self._retention = retention
        self._zones = zones

    def tick(self) -> None:
        """Stores the changes of nodes that are due, and removes a slice of old rows.

        Raises:
            QueueError: The disk refuses the queue for now; the changes stay due.
        """
        dues = self.watch.due()
        if dues:
            with self.queue.transaction() as connection:
                for due in dues:
                    change = due.change
                    reported = Reported(due.state, change.since_ms)
                    set_reported(connection, change.rule, change.node, reported)
                    if due.is_sent:
                        content = node_content(change, self._zones)
                        for target in dict.fromkeys(self._targets[change.rule]):
                            self.queue.add(connection, content, target)
            for due in dues:
                self.watch.confirm(due)
        if self._retention.is_due:
            with self.queue.transaction() as connection:
                self._retention.remove(connection, self.queue.now_ms)
