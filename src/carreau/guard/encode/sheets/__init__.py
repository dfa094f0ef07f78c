"""The sheets of a plan for the field: one page A4 a team, its streets in walking order, a sketch of where they are."""
