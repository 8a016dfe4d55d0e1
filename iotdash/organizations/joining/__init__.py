"""Accepting an invitation. These pages are open to whoever has a link, so they say no more than the link is good for.

What a link proves is little: a member of the organization may have copied it by hand, and the mail passed through a
service that the organization chose. So an account that is made here counts within that organization only, until its
owner proves the address (see `iotdash.accounts.proving`); an account that exists is never touched without its password.
"""
