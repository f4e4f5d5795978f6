"""The page of Soundpost: a subscriber of MQTT with a history, seen in a browser."""
