"""Social choice rules: from the voters' rankings to the group's."""
