"""One record of every kind in Jingzhou, and its twin in Zaoyang, for the table of permissions."""

import io
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from audit.actions import record
from compounds.actions.surveys import add_photo, begin_survey, submit_survey
from compounds.models import EligibilityRule
from directory.actions.saved_views import save_view
from directory.keys import SHOWN, digest, new_key
from directory.models import ApiToken, RoleAssignment, User
from directory.powers import Role
from files.actions import store_image, store_product
from imports import actions as imports
from imports.kinds import kind_of
from jobs.actions import enqueue
from jobs.models import Job, JobState
from outbox.models import Channel, Message, MessageState
from tests.cast import GUANGWU, JINGZHOU, SHENGLI, ZAOYANG, Cast, make_organisation, make_user
from tests.compounds.builders import fill_survey, make_building, make_compound
from tests.compounds.pages import picture
from tests.compounds.rosters import roster


class Side:
    """The records of one district; each is made when first named. `cast` has everybody whose act it needs."""

    def __init__(self, cast: Cast, *, division: str, community: str, people: dict[str, User]) -> None:
        self.cast = cast
        self.division, self.community = division, community
        self.people = people
        self._made: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._made:
            self._made[name] = getattr(self, f"_make_{name}")()
        return self._made[name]

    @property
    def manager(self) -> User:
        return self.people["manager"]

    @property
    def worker(self) -> User:
        return self.people["worker"]

    def _make_person(self) -> User:
        return make_user(role=Role.STREET_OFFICER, division=self.community[:9], name="某干部")

    def _make_role(self) -> RoleAssignment:
        return RoleAssignment.objects.get(user=self.person)

    def _make_organisation(self) -> Any:
        return make_organisation("住房和城乡建设局", kind="bureau", division=self.division)

    def _make_token(self) -> ApiToken:
        program = make_user(role=Role.SERVICE, division=self.division, is_service=True)
        key = new_key()
        return ApiToken.objects.create(
            user=program, label="大屏", prefix=key[:SHOWN], digest=digest(key), scopes=["read"],
            expires_at=timezone.now() + timedelta(days=9), created_by=self.manager,
        )  # fmt: skip

    def _make_entry(self) -> Any:
        return record(action="x", division_code=self.division)

    def _make_view(self) -> Any:
        return save_view(user=self.manager, page="compounds", name="我的", query="q=1")

    def _acting(self) -> Cast:
        """Builders name their actors: here they are this district's."""
        acting = Cast()
        acting._made = {"bureau": self.manager, "bureau2": self.manager, "community": self.worker}
        return acting

    def _make_compound(self) -> Any:
        return make_compound(self._acting(), "砂石厂小区", community=self.community, built_year=1985)

    def _make_building(self) -> Any:
        return make_building(self._acting(), self.compound, "3号楼")

    def _make_draft(self) -> Any:
        compound = make_compound(self._acting(), "待摸底小区", community=self.community)
        return begin_survey(compound=compound, user=self.worker, surveyed_on=date(2025, 3, 1))

    def _make_submitted(self) -> Any:
        compound = make_compound(self._acting(), "待确认小区", community=self.community)
        survey = fill_survey(self._acting(), compound)
        submit_survey(survey=survey, user=self.worker)
        return survey

    def _make_photo(self) -> Any:
        photo: Any = picture()
        file = store_image(file=photo, name="photo.jpg", user=self.worker)
        return add_photo(survey=self.draft, user=self.worker, file=file, key=uuid.uuid4())

    def _make_rule(self) -> Any:
        return EligibilityRule.objects.first()

    def _make_run(self) -> Any:
        content = roster(["新小区", self.community, "", "1987", "100", "3", "8000"])
        return imports.upload(
            kind=kind_of("compounds"), file=io.BytesIO(content), name="花名册.xlsx", user=self.manager
        )

    def _make_job(self) -> Job:
        job = enqueue(kind="x", title="导出", user=self.manager)
        file = store_product(
            content=io.BytesIO(b"a,b\n"), name="a.csv", media_type="text/csv", user=self.manager
        )
        job.state, job.finished_at, job.result_file = JobState.DONE, timezone.now(), file
        job.save()
        return job

    def _make_message(self) -> Message:
        now = timezone.now()
        return Message.objects.create(
            channel=Channel.INBOX, recipient=self.manager, subject="通知", due=now, sent_at=now,
            state=MessageState.SENT,
        )  # fmt: skip


def here(cast: Cast) -> Side:
    """Jingzhou, where the cast works: what is a person's own is the bureau manager's."""
    people = {"manager": cast.bureau, "worker": cast.community}
    return Side(cast, division=JINGZHOU, community=SHENGLI, people=people)


def there(cast: Cast) -> Side:
    """Zaoyang, strangers to all of the cast but one."""
    worker = make_user(role=Role.COMMUNITY_WORKER, division=GUANGWU)
    return Side(
        cast, division=ZAOYANG, community=GUANGWU, people={"manager": cast.stranger, "worker": worker}
    )


Arguments = Callable[[Side], list[Any]]

# What stands in the address. A name that takes arguments and is not here fails the test.
ARGUMENTS: dict[str, Arguments] = {
    **dict.fromkeys(
        ("directory:user", "directory:user_edit", "directory:user_history", "directory:user_close",
         "directory:user_reopen", "directory:user_new_password", "directory:user_lock", "directory:user_unlock",
         "directory:user_reset_second_factor", "directory:user_end_sessions", "directory:role_grant",
         "directory:hand_over"),
        lambda side: [side.person.pk],
    ),
    **dict.fromkeys(("directory:role_end", "directory:role_substitute"), lambda side: [side.role.pk]),
    **dict.fromkeys(
        ("directory:organisation", "directory:organisation_edit", "directory:organisation_end",
         "directory:organisation_history", "api:organisation"),
        lambda side: [side.organisation.pk],
    ),
    **dict.fromkeys(("directory:division", "api:division"), lambda side: [side.division]),
    **dict.fromkeys(("directory:token", "directory:token_revoke"), lambda side: [side.token.pk]),
    "audit:entry": lambda side: [side.entry.pk],
    **dict.fromkeys(("portal:rename_view", "portal:delete_view"), lambda side: [side.view.pk]),
    **dict.fromkeys(("jobs:detail", "jobs:cancel", "jobs:result"), lambda side: [side.job.pk]),
    "outbox:open": lambda side: [side.message.pk],
    **dict.fromkeys(("imports:upload", "imports:template"), lambda side: ["compounds"]),
    **dict.fromkeys(
        ("imports:detail", "imports:columns", "imports:values", "imports:write", "imports:discard",
         "imports:wrong_rows", "imports:original"),
        lambda side: [side.run.pk],
    ),
    **dict.fromkeys(
        ("compounds:detail", "compounds:edit", "compounds:cell_cluster", "compounds:buildings",
         "compounds:building_add", "compounds:history", "compounds:merge", "compounds:split",
         "compounds:survey_tab", "compounds:survey_begin", "compounds:pool_tab", "compounds:pool_place",
         "api:compound"),
        lambda side: [side.compound.code],
    ),
    **dict.fromkeys(
        ("compounds:building_edit", "compounds:building_delete"),
        lambda side: [side.compound.code, side.building.pk],
    ),
    **dict.fromkeys(
        ("compounds:survey", "compounds:survey_confirm", "compounds:survey_return"),
        lambda side: [side.submitted.pk],
    ),
    **dict.fromkeys(("compounds:survey_fill", "compounds:survey_photo_add"), lambda side: [side.draft.pk]),
    **dict.fromkeys(
        ("compounds:survey_photo", "compounds:survey_photo_file", "compounds:survey_photo_thumbnail",
         "compounds:survey_photo_remove"),
        lambda side: [side.draft.pk, side.photo.pk],
    ),
    "compounds:rule_version": lambda side: ["eligibility", side.rule.pk],
}  # fmt: skip

# Addresses whose argument is no record of a division: there is no twin elsewhere.
EVERYWHERE = {"imports:upload", "imports:template", "compounds:rule_version"}
