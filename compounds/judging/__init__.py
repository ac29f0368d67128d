"""How a compound is judged: eligibility, urgency, and the words and drawings that explain them.

Reads and pure functions; what is judged is written by `compounds.actions.scoring`.
"""
