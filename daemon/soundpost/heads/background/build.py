"""Builds the recorders of background that the configuration asks for."""

from collections.abc import Sequence

from soundpost.classify import Classifier
from soundpost.classify.model import Model
from soundpost.config import Config
from soundpost.heads.background.recorder import BackgroundRecorder, remove_background
from soundpost.heads.location import background_folder
from soundpost.health import Health


def build_background(
    config: Config, models: Sequence[Model], health: Health
) -> list[BackgroundRecorder]:
    """Returns a recorder for each model that has an embedding, whose classifier gives it then.

    With `heads.background_hours = 0` what an earlier run kept is removed.

    Args:
        config: Its `[heads]`.
        models: As they were loaded, without heads.
        health: Counts the minutes that could not be written.
    """
    folder = background_folder(config.heads, config.node.source)
    if folder is None:
        return []
    if not config.heads.background_hours:
        remove_background(folder, 0, 0)
        return []
    recorders = []
    for number, model in enumerate(models):
        classifier = model.classifier
        if isinstance(classifier, Classifier) and classifier.embedding_size:
            classifier.embeds = True
            recorders.append(
                BackgroundRecorder(
                    *(folder, number, model.bundle.manifest),
                    config.heads.background_hours,
                    health,
                )
            )
    return recorders
