"""A household register as a kind of import: what a row says, which door it means, what changes, and writing it.

Everything is read and compared in memory against what `known` reads once; nothing is decided row by row in the
database. Owners' names never stand in a sentence about a row.
"""
