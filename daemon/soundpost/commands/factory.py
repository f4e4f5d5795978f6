"""Builds the executor of commands."""

from collections.abc import Sequence
from functools import partial

from soundpost.classify.model import Model
from soundpost.commands.context import CommandContext
from soundpost.commands.executor import CommandExecutor
from soundpost.commands.live_settings import LiveSettings
from soundpost.commands.self_test import SelfTests
from soundpost.commands.state_file import StateFile
from soundpost.commands.targets import CommandTargets
from soundpost.commands.tasks.teach_request import teach_place
from soundpost.config import Config
from soundpost.publish.publisher import MqttPublisher
from soundpost.publish.retained.state_topics import set_settings

__all__ = ["build_executor", "teach_place"]


def build_executor(
    config: Config,
    models: Sequence[Model],
    targets: CommandTargets,
    publisher: MqttPublisher,
    state_file: StateFile,
) -> CommandExecutor:
    """Builds the executor, with the settings that commands of an earlier run made.

    Args:
        config: The configuration.
        models: The labels that commands may name, and the golden examples of the self-test.
        targets: The parts of the daemon that commands act on.
        publisher: Receives commands and publishes results.
        state_file: Keeps results and settings over a restart.
    """
    if publisher.inbox is None:
        raise ValueError("expected a publisher with an inbox: the caller turned commands off")
    live_settings = LiveSettings(
        config,
        [model.manifest for model in models],
        targets.mutes,
        targets.set_rules,
        state_file.state.overrides,
    )
    context = CommandContext(
        targets=targets,
        live_settings=live_settings,
        new_self_test=partial(SelfTests, config, models),
        publish_settings=partial(set_settings, topics=publisher.state_topics),
    )
    return CommandExecutor(publisher.inbox, context, state_file)
