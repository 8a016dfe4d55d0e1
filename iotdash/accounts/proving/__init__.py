"""Whether an address belongs to whoever signs in with it.

An account that was made from an invitation has not proved its address. The mail of an invitation is sent by a service
that the organization chose, and its members may copy the link by hand: one of them could open it, make an account for
somebody else's address, and wait until another organization invites that address. So such an account counts within
its organization only, until it proves the address in one of three ways:

- It answers a *site mail*: the link must be opened by whoever is signed in to the account. Neither the mailbox alone
  proves anything (the owner of the address may be asked for an account that somebody else made) nor the password alone.
- Its password is reset by site mail. This is how the owner of an address takes over an account that somebody else made
  for it: the old password ends, and with it every session and every second factor.
- Support staff vouches for it.
"""
