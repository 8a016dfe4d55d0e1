"""Synchronisation: every SIM of an account has a row that says when each part of it was last heard of.

A first inventory lists all SIMs, page by page. After that the carrier is asked every quarter of an hour for what
changed, with an overlap and by its own clock. Now and then the inventory is repeated, because only a complete list
shows which SIMs are gone. What lists do not say (usage; over REST details too) is asked for in rotation.

Each configuration is synchronised by itself, also where organizations share an account: what one organization's
credentials fetch must not reach another whose own may have been withdrawn since. So a shared account is listed once
for each of them, at the one pace of its lane.
"""
