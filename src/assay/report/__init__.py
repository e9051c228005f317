"""Reports for people: a noun in, a document out.

- `terminal`: a summary for a screen, a verdict, a decision.
- `html`: one self-contained page for reading and printing.
- `text`, `tally`, `screen`, `page`: the words, counts, lines and page parts of both.

A report adds no judgement. It shows what was not looked at as plainly as what was.
"""
