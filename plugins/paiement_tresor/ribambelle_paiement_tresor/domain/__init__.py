"""Rules of invoices and payments: no clock, no database, no request."""
