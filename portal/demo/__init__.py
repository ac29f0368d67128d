"""The demo: what was published about two cities' programmes, filled up with made-up compounds.

    published.py   what is true: divisions, the plan of 2022, the totals (data/*.csv, with sources)
    words.py       Chinese words the made-up part is put together from
    figures.py     sharing a published total out so that the parts add up to it exactly
    places.py      which communities, and where on the map
    naming.py      names, addresses, title owners
    register.py    compounds and buildings as sketches (no database)
    conditions.py  surveys that tell a story
    pool.py        batches and the moves that led there
    photos.py      drawn pictures, marked as samples
    people.py      organisations and accounts
    programme/     plans, projects, schemes, works, tasks and progress
    residents.py   doors, letters, menus, choices, opinions of two compounds
    actions.py     writes it all, once, in one transaction

The same day gives the same rows: everything random comes from `random.Random` with a
fixed seed for each aspect, and dates count back from the day of loading.
"""

from random import Random

SEED = "renovation-portal-demo-1"
# The action in the audit by which a loaded demo is known.
MARKER = "demo.loaded"


def dice(aspect: str) -> Random:
    """The dice of one aspect: what one aspect draws does not shift what another one gets."""
    return Random(f"{SEED} {aspect}")  # noqa: S311 - believable figures, no secrets
