"""The MQTT 5 client: paho, and the rules that paho leaves to its user."""
