"""Credentials: the letter or note verbale by which an entity names its delegation."""
