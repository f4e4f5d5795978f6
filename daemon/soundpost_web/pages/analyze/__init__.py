"""The pages by which a person has a recording analyzed, and what they show of its result."""
