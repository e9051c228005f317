"""Stage 2: judge the facts of a release, check by check, then control by control.

`check` says what a check is, `registry` lists those there are, `runner` runs them,
and `checks/` holds one module each. What a pickle may fetch is data with reasons:
`pickle_allowed`, `pickle_denied`, and `pickle_names`, which judges by them;
`pickle_uses` knows the honest uses of powerful names.
"""
