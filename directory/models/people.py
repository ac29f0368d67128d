from datetime import date
from functools import cached_property, lru_cache
from typing import Any, ClassVar

import pghistory
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.prepared import Prepared, Slot
from directory.codes import ancestors, covers, outermost
from directory.models.divisions import Division
from directory.models.organisations import Organisation
from directory.models.searching import SearchTextField, searched
from directory.powers import ADMINISTRATORS, POWERS, Power, Role, roles_with


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: "User") -> "UserQuerySet":
        """Oneself; for those who keep accounts or grant roles, everybody with a role or post below them."""
        scopes = outermost((*user.scopes_for(Power.MANAGE_ACCOUNTS), *user.scopes_for(Power.GRANT_ROLES)))
        seen = Q(pk=user.pk)
        for scope in scopes:
            seen |= Q(home_division__startswith=scope) | Q(pk__in=_holding_roles_below(scope))
        return self.filter(seen)

    def searched(self, typed: str) -> "UserQuerySet":
        """By name, user name, post or telephone; names also by pinyin."""
        return searched(self, typed)

    def programs_of(self, user: "User") -> "UserQuerySet":
        """Service users kept where this person issues tokens, or below."""
        seen = Q(pk__in=[])
        for scope in user.scopes_for(Power.ISSUE_TOKENS):
            seen |= Q(home_division__startswith=scope)
        return self.filter(seen, is_service=True)

    def active(self) -> "UserQuerySet":
        return self.filter(is_active=True)


def _holding_roles_below(scope: str) -> models.QuerySet["RoleAssignment", Any]:
    return RoleAssignment.objects.filter(division__code__startswith=scope).values("user")


class _Users(UserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def visible_to(self, user: "User") -> UserQuerySet:
        return self.get_queryset().visible_to(user)

    def programs_of(self, user: "User") -> UserQuerySet:
        return self.get_queryset().programs_of(user)

    def active(self) -> UserQuerySet:
        return self.get_queryset().active()


@pghistory.track(exclude=["password", "last_login", "search_text"])
class User(AbstractUser):
    """A member of staff, or a service user that only speaks REST. Residents have no account.

    What a user may do follows from current role assignments alone; Django's own
    permissions and `is_superuser` give nothing here.
    """

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]

    name = models.CharField(pgettext_lazy("person", "name"), max_length=60)
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="users",
    )  # fmt: skip
    home_division = models.CharField(
        _("home division"), max_length=12, blank=True, db_index=True,
        help_text=_("Administrators of this division or above manage this account."),
    )  # fmt: skip
    post = models.CharField(_("post"), max_length=60, blank=True)
    phone = models.CharField(_("work telephone"), max_length=30, blank=True)
    chat_id = models.CharField(_("WeCom or DingTalk id"), max_length=80, blank=True)
    is_service = models.BooleanField(_("service user (API only)"), default=False)
    must_change_password = models.BooleanField(_("must choose a new password"), default=False)
    locked_at = models.DateTimeField(
        _("locked since"), null=True, blank=True,
        help_text=_("This account cannot sign in until a security administrator unlocks it."),
    )  # fmt: skip
    left_on = models.DateField(_("left on"), null=True, blank=True)
    search_text = SearchTextField(of=("name", "username", "post", "phone"), spoken=("name",))

    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = _Users()  # type: ignore[misc]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="user_has_name"),
            # Who types their name with a capital must not be taken for somebody else.
            models.CheckConstraint(
                condition=Q(username=Lower("username")),
                name="user_name_in_small_letters",
                violation_error_message=_("User names must be lowercase."),
            ),
            models.CheckConstraint(
                condition=Q(is_superuser=False), name="user_no_superuser",
                violation_error_message=_("No account may have all permissions. Grant roles instead."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("directory:user", args=[self.pk])

    @property
    def division_code(self) -> str:
        """The division that keeps this account."""
        return self.home_division

    @cached_property
    def current_roles(self) -> list[tuple[str, str]]:
        """(role, division code) of today, one statement per request."""
        if not self.is_active or self.pk is None:
            return []
        return _roles_of_the_day().fetch(user=self.pk, day=timezone.localdate())

    @cached_property
    def scopes(self) -> tuple[str, ...]:
        """Every division where any role is held, outermost first."""
        return outermost(code for _role, code in self.current_roles)

    def scopes_for(self, power: str) -> tuple[str, ...]:
        """The divisions within which this power is held."""
        return outermost(code for role, code in self.current_roles if power in POWERS[role])

    def has_power(self, power: str, *, at: str | None = None) -> bool:
        """Whether the power is held at division `at` (or, without `at`, anywhere)."""
        scopes = self.scopes_for(power)
        return bool(scopes) if at is None else any(covers(scope, at) for scope in scopes)

    def power_reaches(self, power: str, *, all_of: str) -> bool:
        """Whether `power` is held wherever `all_of` is: an export takes all that a list shows."""
        reach = self.scopes_for(power)
        return bool(reach) and all(
            any(covers(scope, code) for scope in reach) for code in self.scopes_for(all_of)
        )

    def oversees(self, power: str) -> bool:
        """Whether nobody holds the power above this person: what concerns no division is theirs to look after."""
        mine = self.scopes_for(power)
        above = {code for scope in mine for code in ancestors(scope)}
        higher = RoleAssignment.objects.current_on(timezone.localdate()).filter(
            role__in=roles_with(power), division__in=above, user__is_active=True
        )
        return bool(mine) and not (above and higher.exists())

    def has_role(self, role: str) -> bool:
        return any(role == held for held, _code in self.current_roles)

    @property
    def is_administrator(self) -> bool:
        return any(role in ADMINISTRATORS for role, _code in self.current_roles)


class RoleAssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    def current_on(self, day: date) -> "RoleAssignmentQuerySet":
        """In force that day: begun, not past its last day, not ended by anybody."""
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day, ended_at__isnull=True
        )

    def open_on(self, day: date) -> "RoleAssignmentQuerySet":
        """In force that day or still to begin."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), ended_at__isnull=True)

    def visible_to(self, user: User) -> "RoleAssignmentQuerySet":
        seen = Q(user=user)
        for scope in outermost(
            (*user.scopes_for(Power.GRANT_ROLES), *user.scopes_for(Power.MANAGE_ACCOUNTS))
        ):
            seen |= Q(division__code__startswith=scope)
        return self.filter(seen)


@pghistory.track()
class RoleAssignment(models.Model):
    """A role at a division, from a day, perhaps until a day.

    A substitute holds an assignment of their own that names whose it stands in for
    and ends by itself. `ended_at` is an act (revoked, handed over); dates end it without one.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="roles")
    role = models.CharField(_("role"), max_length=30, choices=Role)
    division = models.ForeignKey(
        Division, verbose_name=_("division"), on_delete=models.PROTECT, related_name="+"
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    substitute_for = models.ForeignKey(
        "self",
        verbose_name=_("stands in for"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="substitutes",
    )
    granted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("role assignment")
        verbose_name_plural = _("role assignments")
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "division"],
                condition=Q(ended_at__isnull=True),
                name="role_held_once",
                violation_error_message=_("This person already holds this role at this division."),
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(ended_at__isnull=True, role__in=ADMINISTRATORS),
                name="role_one_administration_per_person",
                violation_error_message=_("One person may hold only one of the three administrator roles."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="role_ends_after_start",
                violation_error_message=_("The end date is before the start date."),
            ),
            models.CheckConstraint(
                condition=Q(substitute_for__isnull=True) | Q(ends_on__isnull=False),
                name="role_substitute_ends",
                violation_error_message=_("A substitution must have an end date."),
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.division}"

    def is_current(self, day: date) -> bool:
        return (
            self.ended_at is None and self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)
        )


@lru_cache(maxsize=1)
def _roles_of_the_day() -> Prepared:
    """(role, division code) of one person; asked on every request, so its SQL is built once."""
    of_one = RoleAssignment.objects.filter(user=Slot("user", models.BigIntegerField()))
    today: Any = Slot("day", models.DateField())
    return Prepared(of_one.current_on(today).values_list("role", "division_id"))


class SignInFailure(models.Model):
    """One failed sign-in. Counting rows, not Redis: a restart opens no window for guessing.

    `account` is the name as typed, levelled; it need not exist.
    """

    account = models.CharField(max_length=150)
    address = models.GenericIPAddressField()
    at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("failed sign-in")
        verbose_name_plural = _("failed sign-ins")
        indexes = [
            models.Index(fields=["account", "address", "-at"], name="signin_failures_of_account"),
            models.Index(fields=["address", "-at"], name="signin_failures_of_address"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.address}"


class SavedView(models.Model):
    """A filter of a list that a person named and kept; it is a tab above the list."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=2000)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "page", "name"], name="saved_view_name_once",
                violation_error_message=_("You already have a view of this name."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name
