"""`soundpost review`: verdicts on events, by keyboard; precision, and training folders."""
