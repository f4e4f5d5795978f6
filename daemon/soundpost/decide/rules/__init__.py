"""Works out the rule of each label: precedence of settings, profiles, groups."""
