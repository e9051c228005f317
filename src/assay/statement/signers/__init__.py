"""Who holds the private key: one module for each kind of holder."""
