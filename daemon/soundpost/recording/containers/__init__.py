"""Headers of the formats that store samples one by one, and the repair of their damage."""
