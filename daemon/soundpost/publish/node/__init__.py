"""The node as subscribers see it: its topics, and the sounds that have one of their own."""
