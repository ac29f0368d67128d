"""The programme of the demo: plans, projects, schemes, works, tasks and progress, with dates up to the day of loading.

    steps.py        the order in which it is written
    scene.py        what the steps share
    before.py       going live, and projects that were finished by then
    planning.py     plans: published, running, of next year, amended
    running.py      projects that run, with schemes, papers, contracts and parties
    line.py         their way along the stages, progress, moved dates, visits
    in_hand.py      a change of an approved scheme, tasks

    plan_office.py  plans by the actions of the pages; published lists and targets
    works.py        works; Zaoyang's add up to the published totals
    walks.py        how far each project has come, and when
    schemes.py      schemes at every point of their way
    site.py         papers, contracts, progress entries, milestones, visits
    tasks.py        tasks between the tiers
    papers.py       small PDFs, each marked as made up

What was finished before the go-live comes in as the backlog import writes it; plans are issued by the actions, which
begin the projects; the rest is written set-wise, under all triggers.
"""

from portal.demo.programme.scene import Scene
from portal.demo.programme.steps import steps

__all__ = ["Scene", "steps"]
