"""Where parts of the residents' floor put themselves on its pages: subjects of `core.board`.

`RESIDENTS`: tabs of the section 居民 (the object is the user). `OF_COMPOUND`: the second row of tabs beneath a
compound's tab 居民 (the object is the compound). `OF_HOUSEHOLD`: panels on a household's page (the object is the
household).
"""

RESIDENTS, OF_COMPOUND, OF_HOUSEHOLD = "residents", "residents_of_compound", "household"
