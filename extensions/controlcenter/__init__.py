"""The wire protocol of carriers that run Cisco (Jasper) Control Center. No rows, no manifest, no tile."""
