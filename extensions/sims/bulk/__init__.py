"""One operation for many SIMs: they are selected in the list, the rehearsal says what would become of each, and a job
does it (`extensions.core.jobs`).
"""
