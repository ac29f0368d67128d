"""What plans add up to: their own lists, the counties' plans below, year by year, and against what happened.

Every function takes a fixed number of statements, however many plans, divisions or compounds there are.
Areas in m², money in yuan. A figure that is not recorded is left out of a sum and counted as missing.
"""
