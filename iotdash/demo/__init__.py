"""`make demo`: everything on one machine, with sample data. Nothing of the product imports this."""
