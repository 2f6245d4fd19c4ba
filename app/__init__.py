"""Secretariat: the backend that a committee's secretariat runs its virtual meetings on."""
