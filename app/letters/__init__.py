"""The invitation as a formal letter: what it says in six languages, and how it becomes a PDF."""
