"""Delegations and participants as lists: in six languages, as data, as sheets and on paper."""
