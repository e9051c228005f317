"""The use cases: the only place that knows the order of the stages.

check      a directory, a programme and answers give an assessment
seal       an assessment becomes signed, logged statements in one bundle
verify     a bundle and a trust file give a verdict
decide     bundles, a trust file and a benefit give a decision
trust      whom to believe: making and growing a trust file
keys       making and showing key pairs
programmes finding a programme, by id or in a file
files      reading and writing files within bounds
"""
