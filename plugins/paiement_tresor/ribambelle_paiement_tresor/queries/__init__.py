"""Every question the paiement asks of the database."""
