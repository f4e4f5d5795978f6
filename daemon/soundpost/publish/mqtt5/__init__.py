"""Rules of MQTT 5 that paho leaves to its user: limits of the broker, packets, reasons."""
