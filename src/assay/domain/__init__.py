"""The nouns of Assay: frozen dataclasses, no input or output.

release      what lies in a directory: files with digests, and what was odd there
facts        what a format reader saw inside a file, before anybody judges it
finding      what a check saw, where, how severe, how sure, how to mend it
programme    controls, tiers, benefits: a framework as data
declaration  what a named role of the developer says about a control
assessment   the outcome of every control of a programme for one release
statement    what gets signed, and what was proven about it
verdict      verdicts and decisions, always with reasons
limits       named bounds on everything that comes from outside
"""
