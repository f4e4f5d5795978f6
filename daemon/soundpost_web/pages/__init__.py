"""The pages: templates, texts, static files, and what each page shows."""
