"""The documents of format version 0: one module each, reader and writer together."""
