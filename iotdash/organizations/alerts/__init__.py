"""Alerts: rules say what is looked for, conditions look, and whoever should know is told once.

*Conditions* are registered from above, by whoever knows the rows that they look at (`conditions`). A rule is evaluated
when it is due (`evaluating`): what is true and was not becomes an alert, what is true no longer resolves one. Every
write is fenced by the rule's own row, so that two evaluators, or one that was killed, raise and mail nothing twice.
"""
