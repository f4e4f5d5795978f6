"""An experiment as JSON, the form in run folders and proofs, and its fingerprint.

The JSON is that of the struct, but for `train.init`, which is spelt as `--init` spells it, such as
"run:NAME": so it was before `[train.init]` was a table, and the fingerprints of kept runs, proofs
and model cards stay what they are.
"""

import hashlib

import msgspec

from soundpost_training.experiment.experiment import Experiment
from soundpost_training.experiment.init import parse_init


def encode_experiment(experiment: Experiment) -> bytes:
    """Returns an experiment as JSON; equal experiments give equal bytes."""
    raw = msgspec.to_builtins(experiment)
    if experiment.train.init is not None:
        raw["train"]["init"] = experiment.train.init.flag
    return msgspec.json.encode(raw)


def decode_experiment(content: bytes | msgspec.Raw) -> Experiment:
    """Returns the experiment in a JSON that `encode_experiment` made.

    Raises:
        msgspec.DecodeError: The content is not JSON, or not an experiment of this version.
    """
    raw = msgspec.json.decode(content)
    match raw:
        case {"train": {"init": str(text)}}:
            raw["train"]["init"] = msgspec.to_builtins(parse_init(text))
    return msgspec.convert(raw, Experiment)


def recipe_fingerprint(experiment: Experiment) -> str:
    """Returns a name for what makes weights and thresholds, 16 hexadecimal digits.

    The id, the version and the held-out fold of the bundle are not part of it.
    """
    bundle = msgspec.structs.replace(experiment.bundle, id="", version="", held_out_fold=None)
    recipe = msgspec.structs.replace(experiment, bundle=bundle)
    return hashlib.sha256(encode_experiment(recipe)).hexdigest()[:16]
