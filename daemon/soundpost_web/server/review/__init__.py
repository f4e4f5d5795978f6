"""Review in the browser: the queue, the verdicts, and the training folder."""
