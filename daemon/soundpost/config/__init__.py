"""The configuration: its tables and keys, read from a TOML file."""

from soundpost.config.check import check_tables
from soundpost.config.decide import DecideConfig, LabelConfig, ProfileConfig, ScheduleConfig
from soundpost.config.heads import HeadsConfig
from soundpost.config.live import LiveConfig
from soundpost.config.load import load_config
from soundpost.config.models import ClassifyConfig, ModelConfig
from soundpost.config.outputs.credentials import read_password_file, refuse_irregular_credentials
from soundpost.config.outputs.metrics import MetricsConfig
from soundpost.config.outputs.mqtt import BrokerConfig, MqttConfig
from soundpost.config.place import Place
from soundpost.config.schema import (
    Config,
    EvidenceConfig,
    NodeConfig,
)
from soundpost.config.sources import GateConfig, SourceConfig, only_source
from soundpost.config.sources.capture import PASSWORD_PLACE, CaptureConfig
from soundpost.config.types import Section

__all__ = [
    "PASSWORD_PLACE",
    "BrokerConfig",
    "CaptureConfig",
    "ClassifyConfig",
    "Config",
    "DecideConfig",
    "EvidenceConfig",
    "GateConfig",
    "HeadsConfig",
    "LabelConfig",
    "LiveConfig",
    "MetricsConfig",
    "ModelConfig",
    "MqttConfig",
    "NodeConfig",
    "Place",
    "ProfileConfig",
    "ScheduleConfig",
    "Section",
    "SourceConfig",
    "check_tables",
    "load_config",
    "only_source",
    "read_password_file",
    "refuse_irregular_credentials",
]
