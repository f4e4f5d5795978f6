"""The command `soundpost teach`: teaches a node a new sound."""
