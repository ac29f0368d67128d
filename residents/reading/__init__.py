"""What people write in a household register, understood: doors, owners, shares, phones, use and tenancy.

Pure: no models, no database. The manner is that of `compounds.reading`: what is understood but doubted is said,
what cannot be understood is a `CellProblem` with a sentence that says what would be.
"""
