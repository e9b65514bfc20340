"""A new PBC from templates: a whole slice that works before anything in it is changed."""
