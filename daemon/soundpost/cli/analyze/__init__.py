"""`soundpost analyze`: detects in folders of recordings, with a journal, and writes tables."""
