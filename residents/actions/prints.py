"""Letters on paper: by building or compound as a job, one at the desk, a representative's own.

Codes stand in the clear nowhere but in the PDF. What a job makes is sealed before it is stored, unsealed for whoever
keeps these households, each time with a line in the audit, and forgotten after a day.
"""

from datetime import timedelta
from io import BytesIO

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import record
from compounds.models import Building, Compound
from core.errors import NotPermitted
from directory.models import User
from files import storage
from files.actions import forget_bytes, store_product
from jobs.actions import enqueue
from jobs.models import Job
from jobs.progress import Progress
from residents.actions.letters import issue_code_of_representative, issue_codes, revoke_code
from residents.actions.locking import lock_living
from residents.errors.letters import NoDoorsToPrint, PrintGone, TermOver
from residents.lettering import contact_of, doors_to_print, lettering_of, representatives_letter
from residents.letters.papers import representative_pdf
from residents.letters.printing import bundled, letter_parts, letters_pdf
from residents.letters.sealing import seal, unseal
from residents.models import AccessCode, Household, LetterPrint, Representative
from residents.permissions import can_keep_households

LETTERS = "residents.letters"
KEPT = timedelta(days=1)
SEALED = "application/octet-stream"


def ask_for_letters(
    *, compound: Compound, user: User, address: str, building: Building | None = None, note: str = "",
    duplex: bool = True,
) -> Job:  # fmt: skip
    """Make the printing due; asked again meanwhile, it is the same job. What would surely fail is refused now."""
    if not can_keep_households(user, compound.community_id):
        raise NotPermitted
    contact_of(compound)
    if not doors_to_print(compound, building.pk if building else None).exists():
        raise NoDoorsToPrint
    params = {
        "compound": compound.pk, "building": building.pk if building else None, "address": address, "note": note,
        "duplex": duplex,
    }  # fmt: skip
    running = Job.objects.visible_to(user).unfinished().filter(kind=LETTERS, params=params).first()
    place = f"{compound.name}{building.number if building else ''}"
    return running or enqueue(
        kind=LETTERS, title=_("Letters for {place}").format(place=place), params=params, user=user,
        division_code=compound.community_id,
    )  # fmt: skip


def print_letters(*, job: Job, progress: Progress) -> LetterPrint:
    """What the job was asked for. Run again after its worker died it makes the same letters, or finds them made."""
    known = LetterPrint.objects.filter(job=job).first()
    if known is not None:
        return known
    # As who they are now: a role may have ended since.
    user = User.objects.get(pk=job.requested_by_id)
    if not user.is_active or user.locked_at is not None:
        raise NotPermitted
    compound = Compound.objects.select_related("community").get(pk=job.params["compound"])
    doors = list(doors_to_print(compound, job.params["building"]))
    if not doors:
        raise NoDoorsToPrint
    progress.step(0, len(doors))
    codes = issue_codes(households=doors, user=user)
    lettering = lettering_of(compound, address=job.params["address"], note=job.params["note"])
    parts = letter_parts(
        lettering.about, lettering.letters(doors, codes), duplex=job.params["duplex"],
        progress=lambda done: progress.step(done, len(doors)),
    )  # fmt: skip
    ending, content = bundled(parts)
    file = store_product(
        content=BytesIO(seal(content)), name=f"letters-{job.pk}.sealed", media_type=SEALED, user=user
    )
    with transaction.atomic():
        printed = LetterPrint.objects.create(
            compound=compound, building_id=job.params["building"], letters=len(codes), ending=ending, file=file, job=job,
            by=user,
        )  # fmt: skip
        printed.refresh_from_db()
        _record("letters.printed", user, printed)
    return printed


@transaction.atomic
def one_letter(*, household: Household, user: User, address: str) -> bytes:
    """The PDF of one household's letter, at the desk; the same code as on the letter before, unless that was revoked."""
    household = lock_living(household, user)
    if not can_keep_households(user, household.division_code):
        raise NotPermitted
    compound = Compound.objects.select_related("community").get(pk=household.compound_id)
    lettering = lettering_of(compound, address=address)
    code = issue_codes(households=[household], user=user)[household.pk]
    content = letters_pdf(lettering.about, [lettering.letter(household, code)])
    printed = LetterPrint.objects.create(compound=compound, household=household, letters=1, by=user)
    printed.refresh_from_db()
    _record("letters.printed", user, printed)
    return content


@transaction.atomic
def letter_for_a_lost_one(*, household: Household, generation: int, user: User, address: str) -> bytes:
    """End the code of the letter that was lost and print the next one, in one step.

    `generation` is what the page showed: pressed twice, the letter that was just printed stays valid and is
    printed again.
    """
    household = lock_living(household, user)
    lost = AccessCode.objects.live().filter(household=household, generation=generation).first()
    if lost is not None:
        revoke_code(code=lost, user=user, reason=_("The letter was lost."))
    return one_letter(household=household, user=user, address=address)


def open_print(*, printed: LetterPrint, user: User) -> bytes:
    """The letters of a printing, unsealed. Each opening is in the audit; after a day `PrintGone`."""
    if not can_keep_households(user, printed.compound.community_id):
        raise NotPermitted
    if printed.file is None or printed.file_gone_at is not None:
        raise PrintGone
    try:
        with storage.fetch(printed.file.key) as file:
            content = unseal(file.read())
    except FileNotFoundError as error:
        raise PrintGone from error
    _record("letters.downloaded", user, printed)
    return content


def forget_prints() -> int:
    """Delete the files of printings older than a day; how many. Every hour by beat."""
    old = LetterPrint.objects.filter(
        file__isnull=False, file_gone_at__isnull=True, at__lt=timezone.now() - KEPT
    ).select_related("file")
    rows = list(old)
    forget_bytes(files=[row.file for row in rows if row.file is not None])
    LetterPrint.objects.filter(pk__in=[row.pk for row in rows]).update(file_gone_at=timezone.now())
    return len(rows)


@transaction.atomic
def representatives_pdf(*, representative: Representative, user: User, address: str) -> bytes:
    """A representative's own letter, to be handed over in person."""
    if representative.until_on is not None:
        raise TermOver(name=representative.name)
    code = issue_code_of_representative(representative=representative, user=user)
    content = representative_pdf(representatives_letter(representative, code, address=address))
    record(
        action="letters.printed", actor=user, subject=representative, division_code=representative.division_code,
        detail={"letters": 1},
    )  # fmt: skip
    return content


def _record(action: str, user: User, printed: LetterPrint) -> None:
    extent = (
        printed.household.door if printed.household else printed.building.number if printed.building else ""
    )
    record(
        action=action, actor=user, subject=printed, division_code=printed.compound.community_id,
        detail={"place": f"{printed.compound.name} {extent}".strip(), "letters": printed.letters},
    )  # fmt: skip
