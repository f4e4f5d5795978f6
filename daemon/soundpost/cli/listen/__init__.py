"""`soundpost listen`: detects in files and folders, and prints lines or tables."""
