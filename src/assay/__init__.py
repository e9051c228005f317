"""Assay: a voluntary claim about an AI model's security that anyone can check.

The map of the house. A stage takes the noun before it and gives the noun after it; a
stage never calls another, only the flows know the order:

    directory → release → assess → statement → log → bundle → verify → eligibility

1.  `assay.release`      a directory becomes an inventory of digests, and facts about
                         every file; nothing in it is ever imported or run
2.  `assay.assess`       checks turn facts into findings
3.  `assay.statement`    an assessment becomes statements, signed as they are
4.  `assay.log`          statements get a place that nobody can rewrite, and a receipt
5.  `assay.verify`       a bundle, a trust file and an instant give a verdict
6.  `assay.eligibility`  what was proven, a benefit and an instant give a decision

What the stages stand on, from the top to the ground:

- `assay.programme`    reading and proving frameworks; outcomes, the same for everybody
- `assay.programmes`   the frameworks shipped, as data
- `assay.wire`         strict JSON and TOML, and a versioned model of every document
- `assay.crypto`       digests, signatures and Merkle proofs over bytes
- `assay.domain`       the nouns: frozen, without input or output
- `assay.encoding`     base64 in one spelling
- `assay.errors`       whose fault, what was expected, what was found

What stands on the stages:

- `assay.report`       a noun in, a document for people out
- `assay.network`      the only room that opens or accepts connections
- `assay.flows`        check, seal, verify, decide: the only place that knows the order
- `assay.cli`          one file for each verb, no logic

Start reading at `assay.flows.check`, or, to see what a verdict rests on, at
`assay.verify.verifier`. `docs/architecture.md` tells who may import whom, and why.
"""

__version__ = "0.1.0"
