"""Calendars to subscribe to: of a person, of an entity, of a committee."""
