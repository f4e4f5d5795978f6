"""The server: routes, the checks before every request, and the process."""
