"""Labels as classes of AudioSet, and two teacher networks that score those classes."""
