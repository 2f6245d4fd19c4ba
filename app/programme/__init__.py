"""The agenda and the programme as papers: what they say in six languages, and in which forms."""
