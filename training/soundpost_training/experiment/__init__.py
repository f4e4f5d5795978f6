"""An experiment: the TOML file that configures data, network and training."""
