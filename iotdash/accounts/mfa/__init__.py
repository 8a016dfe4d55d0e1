"""Two-step sign-in: authenticator app, passkeys, recovery codes. The steps are allauth's; here is what differs."""
