"""Works out how each label is decided: precedence of settings, profiles, groups."""
