"""The outcome of a residents' menu: counted exactly, without a database, with a reason for every item.

`election` has the data, `deciding.decide` counts, `reasons` are data, `words` makes sentences of them,
`larger_budget` says what more money would add, `pabulib` reads and writes .pb files.
"""
