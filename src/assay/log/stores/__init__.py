"""Where a log keeps its bytes.

interface   what the log asks of its stores
files       tiles, bodies and the checkpoint as files
sqlite      the ledger: who came when, what was signed last
"""
