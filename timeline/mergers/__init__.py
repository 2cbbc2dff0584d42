"""The desk at which a succession of systems is planned, announced, and undone if need be."""
