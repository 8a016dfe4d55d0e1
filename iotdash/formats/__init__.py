"""How Django itself writes dates, which it does on the support pages: as our own pages do, and always with seconds."""
