"""Building blocks without models; imports nothing of the project.

outbound        the one guard for addresses typed by people: HTTP, sockets
crypto          encrypted secrets, keyed digests, token hashes
schema_forms    JSON Schema object -> Django form
json_documents  JSON typed by people: positions and problems in words
lists           state of a list in its URL, keyset paging, bounded counts
nav, cards      registries filled in AppConfig.ready()
htmx            page or fragment from one view
logging         log set-up that keeps secrets out
"""
