"""Organisations and accounts of the demo. Nobody here exists; names say 示例 (example)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from directory.credit_code import check_character
from directory.models import OrganisationKind
from directory.powers import Role
from portal.demo.places import community_short_name
from portal.demo.published import JINGZHOU, ZAOYANG, divisions
from portal.demo.register import CompoundSketch

# Public on purpose: `load_demo` refuses any database that is not a demo's.
PASSWORD = "Demo-Portal-2026"  # noqa: S105
PREFIX = {JINGZHOU: "jz", ZAOYANG: "zy"}


@dataclass(frozen=True, kw_only=True)
class OrganisationSketch:
    name: str
    kind: str
    division: str
    short_name: str = ""
    credit_code: str | None = None


@dataclass(frozen=True, kw_only=True)
class AccountSketch:
    """`organisation` is (division, name); `listed` accounts appear in `demo_logins`."""

    username: str
    name: str
    post: str
    role: str
    division: str
    organisation: tuple[str, str] | None = None
    listed: bool = True


# --- Organisations ----------------------------------------------------------------------

DEPARTMENTS = ("财政局", "自然资源和规划局", "城市管理执法局", "民政局", "审计局", "商务局")
FIRMS = (
    ("{town}示例供水有限公司", OrganisationKind.UTILITY),
    ("{town}示例燃气有限公司", OrganisationKind.UTILITY),
    ("{town}示例供电公司", OrganisationKind.UTILITY),
    ("{town}示例通信公司", OrganisationKind.UTILITY),
    ("{town}示例建筑设计院有限公司", OrganisationKind.DESIGNER),
    ("{town}示例第一建设工程有限公司", OrganisationKind.CONTRACTOR),
    ("{town}示例市政工程有限公司", OrganisationKind.CONTRACTOR),
    ("{town}示例工程监理有限公司", OrganisationKind.SUPERVISOR),
    ("{town}示例安居物业服务有限公司", OrganisationKind.PROPERTY_FIRM),
    ("{town}示例和谐物业服务有限公司", OrganisationKind.PROPERTY_FIRM),
    ("{town}示例银行", OrganisationKind.BANK),
)


# The city above Jingzhou district: its plan is what its counties' plans add up to.
CITY = JINGZHOU[:4]


def organisations(sketches: Iterable[CompoundSketch]) -> list[OrganisationSketch]:
    """Offices and firms of both counties, committees where compounds stand, and the title-owner units."""
    sketches = list(sketches)
    city = OrganisationSketch(
        name=bureau_name(CITY), kind=OrganisationKind.BUREAU, division=CITY, short_name="市住建局"
    )
    return [city, *(one for county in (JINGZHOU, ZAOYANG) for one in _of_county(county, sketches))]


def _of_county(county: str, sketches: list[CompoundSketch]) -> Iterator[OrganisationSketch]:
    here = [sketch for sketch in sketches if sketch.county == county]
    name = divisions()[county]
    yield OrganisationSketch(
        name=bureau_name(county), kind=OrganisationKind.BUREAU, division=county, short_name="住建局"
    )
    for department in DEPARTMENTS:
        yield OrganisationSketch(
            name=f"{name}{department}", kind=OrganisationKind.DEPARTMENT, division=county
        )
    for street in sorted({sketch.community[:9] for sketch in here}):
        yield OrganisationSketch(
            name=office_name(street), kind=OrganisationKind.STREET_OFFICE, division=street
        )
    for community in sorted({sketch.community for sketch in here}):
        yield OrganisationSketch(
            name=divisions()[community], kind=OrganisationKind.COMMUNITY, division=community,
            short_name=community_short_name(community),
        )  # fmt: skip
    serial = 0
    for firm, kind in FIRMS:
        serial += 1
        yield OrganisationSketch(
            name=firm.format(town=name[:2]),
            kind=kind,
            division=county,
            credit_code=credit_code(county, serial),
        )
    for unit in sorted({sketch.owner for sketch in here if sketch.owner}):
        serial += 1
        # Only firms get a made-up code: a public office has a real one, which is not ours to invent.
        code = credit_code(county, serial) if unit.endswith(("厂", "公司")) else None
        yield OrganisationSketch(
            name=unit, kind=OrganisationKind.TITLE_OWNER, division=county, credit_code=code
        )


def bureau_name(county: str) -> str:
    return f"{divisions()[county]}住房和城乡建设局"


def office_name(street: str) -> str:
    name = divisions()[street]
    return (
        f"{name}办事处"
        if name.endswith("街道")
        else f"{name}人民政府"
        if name.endswith("镇")
        else f"{name}管委会"
    )


def credit_code(county: str, serial: int) -> str:
    """Formally valid and marked as made up: the organisation part begins with DEM."""
    first17 = f"91{county}DEM{serial:06d}"
    return first17 + check_character(first17)


# --- Accounts ---------------------------------------------------------------------------

HOME_STREET = {JINGZHOU: "421003003", ZAOYANG: "420683002"}
HOME_COMMUNITY = {JINGZHOU: "421003003006", ZAOYANG: "420683002002"}


def accounts(communities: Iterable[str]) -> list[AccountSketch]:
    """One of each role in both counties, a worker for each community, and a reader at the province."""
    communities = set(communities)
    made = [
        AccountSketch(
            username="hubei", name="示例·省级只读用户", post="只读", role=Role.AUDITOR, division="42",
        )
    ]  # fmt: skip
    made += _of_city()
    for county in (JINGZHOU, ZAOYANG):
        made += _of_roles(county)
        made += [
            worker(community)
            for community in sorted(communities)
            if community.startswith(county) and community != HOME_COMMUNITY[county]
        ]
    return made


def _of_city() -> Iterator[AccountSketch]:
    """Two people, because nobody approves what they submitted; one is shown."""
    for key, title, listed in (("bureau", "局长", True), ("section", "改造科科长", False)):
        yield AccountSketch(
            username=f"jzs-{key}", name=f"示例·荆州市{title}", post=title, role=Role.BUREAU_MANAGER, division=CITY,
            organisation=(CITY, bureau_name(CITY)), listed=listed,
        )  # fmt: skip


def _of_roles(county: str) -> Iterator[AccountSketch]:
    prefix, town = PREFIX[county], divisions()[county][:2]
    street, community = HOME_STREET[county], HOME_COMMUNITY[county]
    bureau = (county, bureau_name(county))
    name = divisions()[county]

    def account(
        key: str, title: str, role: str, *, division: str = county, organisation: tuple[str, str] = bureau
    ) -> AccountSketch:
        return AccountSketch(
            username=f"{prefix}-{key}", name=f"示例·{town}{title}", post=title, role=role,
            division=division, organisation=organisation,
        )  # fmt: skip

    yield account("bureau", "局长", Role.BUREAU_MANAGER)
    yield account("section", "改造科科长", Role.BUREAU_MANAGER)
    yield account(
        "street", f"{divisions()[street]}干部", Role.STREET_OFFICER, division=street,
        organisation=(street, office_name(street)),
    )  # fmt: skip
    yield account(
        "community", f"{community_short_name(community)}工作者", Role.COMMUNITY_WORKER, division=community,
        organisation=(community, divisions()[community]),
    )  # fmt: skip
    yield account("finance", "财政局干部", Role.FINANCE_OFFICER, organisation=(county, f"{name}财政局"))
    yield account("liaison", "供水公司联络员", Role.LIAISON, organisation=(county, f"{town}示例供水有限公司"))
    yield account(
        "contractor",
        "施工单位项目经理",
        Role.CONTRACTOR_USER,
        organisation=(county, f"{town}示例第一建设工程有限公司"),
    )
    yield account("auditor", "审计局干部", Role.AUDITOR, organisation=(county, f"{name}审计局"))
    yield account("system", "系统管理员", Role.SYSTEM_ADMINISTRATOR)
    yield account("security", "安全管理员", Role.SECURITY_ADMINISTRATOR)
    yield account("audit", "审计管理员", Role.AUDIT_ADMINISTRATOR)
    yield account("service", "数据接口", Role.SERVICE)


def worker(community: str) -> AccountSketch:
    return AccountSketch(
        username=worker_username(community), name=f"示例·{community_short_name(community)}网格员", post="网格员",
        role=Role.COMMUNITY_WORKER, division=community, organisation=(community, divisions()[community]),
        listed=False,
    )  # fmt: skip


def worker_username(community: str) -> str:
    """`jz-003006`, the last digits being the community's; the home community's worker is `jz-community`."""
    county = community[:6]
    if community == HOME_COMMUNITY[county]:
        return f"{PREFIX[county]}-community"
    return f"{PREFIX[county]}-{community[6:]}"


def listed_accounts() -> list[AccountSketch]:
    """What `demo_logins` prints."""
    return [account for account in accounts(()) if account.listed]
