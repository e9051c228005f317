"""The checks: one module each, named after the check, exposing `CHECK`."""
