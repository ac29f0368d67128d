"""Lines beneath a table that are no record: what stands in their first cell, and how remarks begin."""

TOTALS = {"合计", "总计", "小计", "共计", "汇总", "总合计", "total", "sum", "subtotal"}
REMARKS = (
    "注:",
    "备注:",
    "说明:",
    "填表",
    "制表",
    "填报",
    "审核",
    "联系人",
    "联系电话",
    "单位负责人",
    "note:",
)
