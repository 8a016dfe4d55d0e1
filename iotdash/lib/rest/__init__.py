"""What every part of the REST API v0002 shares: errors, bodies, pages of lists, rate limits, description. No models.

Each app brings its own paths and answers; which organization is meant and who asks is told by
`iotdash.organizations.rest`.
"""
