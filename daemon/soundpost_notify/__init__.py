"""Messages to phones, mailboxes and other services about detections of all nodes of a broker."""
