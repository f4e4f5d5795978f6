"""MQTT 5: the address and the login of the broker, and one connection to it."""
