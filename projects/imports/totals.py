"""What stands in the first cells of a line that sums others up, and so is no record of its own."""

TOTALS = {"合计", "总计", "小计", "共计", "汇总", "total", "sum", "subtotal"}
