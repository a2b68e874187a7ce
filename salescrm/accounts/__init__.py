"""Who works here: logging in, users, roles, teams."""
