"""Digests, signatures and Merkle proofs: pure functions over bytes.

canonical         the one canonical form of a JSON value
canonical_base64  base64 with one spelling, as notes need it
digest            release digest and OMS root
dsse              what a DSSE signature covers
public_key        P-256 and Ed25519 keys and their checks
log_leaf          the log entry of a signed statement
merkle            RFC 6962 trees and proofs
verifier_key      C2SP verifier keys: who may sign a note, and how
note              C2SP signed notes
checkpoint        C2SP checkpoints and what their signatures cover
tlog_proof        C2SP proofs that an entry is in a log
"""
