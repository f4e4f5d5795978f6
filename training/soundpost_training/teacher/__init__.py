"""Teaches students by heads on YAMNet and by whole networks (knowledge distillation)."""
