"""One module for each family of techniques; `corpus.FAMILIES` lists them."""
