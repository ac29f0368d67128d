"""Projects that run: begun by their plans, with facts, schemes, papers, contracts and parties."""

from directory.models import Organisation
from portal.demo import dice
from portal.demo.people import bureau_name, worker_username
from portal.demo.programme.plan_office import ISSUED, issued_on
from portal.demo.programme.scene import COUNTIES, Running, Scene
from portal.demo.programme.schemes import SchemeWriter, Signers
from portal.demo.programme.site import write_contracts, write_papers
from portal.demo.programme.walks import JINGZHOU_2025, JINGZHOU_CURRENT, ZAOYANG_2025, Aim, walks
from portal.demo.published import JINGZHOU, ZAOYANG
from portal.demo.register import Stage
from projects.models import PartyRole, Programme, Project, ProjectParty
from projects.models import Stage as ProjectStage


def begin_running(scene: Scene) -> None:
    for (county, year), aims in _aims(scene).items():
        rows = Project.objects.filter(plan_entry__plan=scene.plans[county, year]).select_related("compound")
        projects = {project.compound_id: project for project in rows}
        found = [(row, sketch) for row, sketch in scene.of(county, Stage.IMPLEMENTING) if row.pk in projects]
        drawn = walks(
            dice(f"walks {county} {year}"), [sketch for _row, sketch in found], aims,
            issued_on=issued_on(year), today=scene.world.today, is_current=year not in ISSUED,
        )  # fmt: skip
        scene.running += [
            Running(project=projects[row.pk], walk=walk, works=scene.works[row.pk])
            for (row, _sketch), walk in zip(found, drawn, strict=True)
        ]
    scene.counts.projects += len(scene.running)
    _facts(scene)


def _aims(scene: Scene) -> dict[tuple[str, int], list[Aim]]:
    return {
        (ZAOYANG, 2025): ZAOYANG_2025, (JINGZHOU, 2025): JINGZHOU_2025, (JINGZHOU, scene.year): JINGZHOU_CURRENT,
    }  # fmt: skip


def _facts(scene: Scene) -> None:
    for county in COUNTIES:
        keys = [one.project.pk for one in scene.running if one.county == county]
        rows = Project.objects.filter(pk__in=keys)
        rows.update(
            client=Organisation.objects.get(name=bureau_name(county)),
            manager=scene.person(county, "section"),
        )
        rows.filter(pk__in=keys[::3]).update(programmes=[Programme.PEOPLES_LIVELIHOOD])
        rows.filter(pk__in=keys[1::5]).update(programmes=[Programme.URBAN_RENEWAL])


def write_schemes(scene: Scene) -> None:
    signers = {
        county: Signers(
            drawer=scene.person(county, "section"), chief=scene.person(county, "bureau"),
            street=scene.person(county, "street"),
            workers={code: scene.world.users[worker_username(code)] for code in scene.communities(county)},
        )
        for county in COUNTIES
    }  # fmt: skip
    SchemeWriter(scene.running, random=dice("schemes"), today=scene.world.today, signers=signers).write()


def write_papers_and_contracts(scene: Scene) -> None:
    sections = {county: scene.person(county, "section") for county in COUNTIES}
    scene.counts.documents = write_papers(scene.running, scene.papers, sections)
    builders = {county: scene.firms(county, PartyRole.CONTRACTOR) for county in COUNTIES}
    scene.contractors = write_contracts(scene.running, users=sections, firms=builders, papers=scene.papers)
    _let_take_part(scene)


def _let_take_part(scene: Scene) -> None:
    """Designers where there is a scheme, contractors and supervisors where there is a contract."""
    firms = {(county, role): scene.firms(county, role)[0] for county in COUNTIES for role in (PartyRole.DESIGNER, PartyRole.SUPERVISOR)}  # fmt: skip
    parties = []
    for one in scene.running:
        contractor = scene.contractors.get(one.project.pk)
        asked = {
            PartyRole.DESIGNER: firms[one.county, PartyRole.DESIGNER] if one.walk.has_scheme else None,
            PartyRole.CONTRACTOR: contractor,
            PartyRole.SUPERVISOR: firms[one.county, PartyRole.SUPERVISOR] if contractor else None,
        }
        from_on = one.walk.left(ProjectStage.TENDER) or one.walk.left(ProjectStage.PLAN) or scene.world.today
        parties += [
            ProjectParty(project=one.project, organisation=firm, role=role, from_on=from_on)
            for role, firm in asked.items()
            if firm is not None
        ]
    ProjectParty.objects.bulk_create(parties)
