"""The verbs that work on recordings of the field."""
