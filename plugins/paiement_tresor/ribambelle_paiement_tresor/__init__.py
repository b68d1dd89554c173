"""Invoices paid through the public treasury: bill, pay, reconcile."""
