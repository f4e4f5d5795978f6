"""Messages to phones, mailboxes and services about what all nodes of a broker detect."""
