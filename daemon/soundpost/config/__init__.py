"""The configuration: what can be set, and how it is read from a TOML file."""

from soundpost.config.decide import DecideConfig, LabelConfig, ProfileConfig, ScheduleConfig
from soundpost.config.kinds import Section
from soundpost.config.last_good import Served, state_folder
from soundpost.config.load import load_config
from soundpost.config.metrics import MetricsConfig
from soundpost.config.sections import (
    CaptureConfig,
    ClassifyConfig,
    Config,
    EvidenceConfig,
    GateConfig,
    MqttConfig,
    NodeConfig,
)

__all__ = [
    "CaptureConfig",
    "ClassifyConfig",
    "Config",
    "DecideConfig",
    "EvidenceConfig",
    "GateConfig",
    "LabelConfig",
    "MetricsConfig",
    "MqttConfig",
    "NodeConfig",
    "ProfileConfig",
    "ScheduleConfig",
    "Section",
    "Served",
    "load_config",
    "state_folder",
]
