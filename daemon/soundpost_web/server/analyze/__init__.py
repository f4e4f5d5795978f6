"""The pages by which a person has a recording analyzed."""
