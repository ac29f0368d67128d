"""Documents of the demo: one small PDF for each kind, drawn here, and each says that it is made up."""

from functools import lru_cache
from io import BytesIO
from time import gmtime
from typing import Any

from PIL import Image, ImageDraw

from files.actions import store_upload
from files.models import StoredFile
from files.rules import SCANS, FileRule
from portal.demo.published import DATA
from projects.models import DocumentKind

WIDTH, HEIGHT = 595, 842
RULE = FileRule(accepted=SCANS)
TITLES: dict[str, str] = {
    DocumentKind.WILLINGNESS_RECORD: "居民改造意愿征集表（示例）",
    DocumentKind.COMPOUND_SCHEME: "一区一策改造方案图册（示例）",
    DocumentKind.OPINION_SHEET: "联合审查意见单（示例）",
    DocumentKind.ESTIMATE_APPROVAL: "概算批复（示例）",
    DocumentKind.AWARD_NOTICE: "中标通知书（示例）",
    DocumentKind.START_EVIDENCE: "开工令及开工现场照片（示例）",
    DocumentKind.COMPLETION_EVIDENCE: "竣工报告（示例）",
    DocumentKind.ACCEPTANCE_CERTIFICATE: "联合验收意见书（示例）",
    DocumentKind.CONTRACT: "施工合同（示例）",
    DocumentKind.BEFORE_PORTAL: "存量项目清单及批复（示例）",
    DocumentKind.OVERALL_SCHEME: "总体改造方案（示例）",
    DocumentKind.MEETING: "工作专班会议纪要（示例）",
}
# A page for each sort, shown by every document of its kinds: rendering hundreds would take the demo's minute.
SHEETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "record": ("示例记录表", (DocumentKind.WILLINGNESS_RECORD, DocumentKind.MEETING)),
    "scheme": ("示例方案图册", (DocumentKind.COMPOUND_SCHEME, DocumentKind.OVERALL_SCHEME)),
    "approval": (
        "示例批复",
        (DocumentKind.OPINION_SHEET, DocumentKind.ESTIMATE_APPROVAL, DocumentKind.AWARD_NOTICE),
    ),
    "contract": ("示例合同", (DocumentKind.CONTRACT,)),
    "evidence": (
        "示例现场材料",
        (DocumentKind.START_EVIDENCE, DocumentKind.COMPLETION_EVIDENCE, DocumentKind.ACCEPTANCE_CERTIFICATE),
    ),
    "backlog": ("示例存量项目清单", (DocumentKind.BEFORE_PORTAL,)),
}


@lru_cache(maxsize=32)
def paper(sort: str) -> bytes:
    """One page: what sort of document it stands for, lines of grey, and the label 示例照片 as on the pictures."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((48, 60, WIDTH - 48, 64), fill=(15, 118, 110))
    draw.text((48, 76), f"SAMPLE - {sort}", fill=(20, 20, 20))
    draw.text((48, 92), "Made up for the demo. No such document exists.", fill=(90, 90, 90))
    for line in range(18):
        right = WIDTH - 48 - (line * 37 + len(sort) * 13) % 180
        draw.rectangle((48, 140 + line * 26, right, 146 + line * 26), fill=(214, 218, 217))
    with Image.open(DATA / "sample_label.png") as label:
        image.paste(label.convert("RGB"), ((WIDTH - label.width) // 2, HEIGHT - label.height - 60))
    written = BytesIO()
    # The same bytes each time: the library would write the moment into the file.
    image.save(written, "PDF", creationDate=gmtime(0), modDate=gmtime(0), title=f"sample {sort}")
    return written.getvalue()


def store_papers(user: Any) -> dict[str, StoredFile]:
    """{kind of document: the stored page that its documents show}."""
    found: dict[str, StoredFile] = {}
    for sort, (name, kinds) in SHEETS.items():
        file = store_upload(file=BytesIO(paper(sort)), name=f"{name}.pdf", user=user, rule=RULE)
        found |= dict.fromkeys(kinds, file)
    return found
