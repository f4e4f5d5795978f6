"""Commands that an admin sends to a node, and teaching it a sound."""
