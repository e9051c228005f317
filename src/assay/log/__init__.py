"""The transparency log: a list of statements that nobody can rewrite.

sequencer   the write path and its order of durability: read this first
directory   an open log: append, read, prove, withhold
opening     make a log, open it, describe it
receipts    the receipts of a batch, made in one pass
audit       recompute everything and name what was altered
rebuild     make a lost ledger anew from the tiles
batching    entries of many submitters in batches
tiles       the tree as files (C2SP tlog-tiles)
published   the checkpoint, verified before it is used
keys        the two signing keys
settings    `log.json`: origin and public keys
entry_form  whether an entry is one that other tools read
kept_policy the witnesses that a log publishes nothing without
layout      where everything lies
storage     which stores a log is kept in
stores/     files, object stores, SQLite and PostgreSQL behind three narrow Protocols
"""

from __future__ import annotations

from assay.log.audit import AuditProblem, AuditReport, AuditScope, audit_log
from assay.log.batching import Batcher
from assay.log.directory import Log
from assay.log.opening import LogDescription, describe_log, init_log, open_log
from assay.log.parts import LogEntry, Witnesses
from assay.log.rebuild import RebuildReport, rebuild_ledger
from assay.log.receipts import Receipt
from assay.log.settings import LogSettings, parse_settings
from assay.log.storage import StoreChoice

__all__ = [
    "AuditProblem",
    "AuditReport",
    "AuditScope",
    "Batcher",
    "Log",
    "LogDescription",
    "LogEntry",
    "LogSettings",
    "RebuildReport",
    "Receipt",
    "StoreChoice",
    "Witnesses",
    "audit_log",
    "describe_log",
    "init_log",
    "open_log",
    "parse_settings",
    "rebuild_ledger",
]
