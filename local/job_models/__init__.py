"""What jobs of the local AWS are made of: a folder for each model, in the place of its git repository."""
