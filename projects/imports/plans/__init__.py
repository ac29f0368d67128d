"""A published plan table read into a plan that is being drawn up: 序号, 区划/街道, 小区名称, 楼栋数, 户数, 建筑面积.

A row means a compound of the plan's county, by its code, else by its name. What the plan has already is changed,
what waits in the pool is taken in; a row that goes before more urgent ones needs its reason. All rows are compared
in memory with a fixed number of statements. The parts are put together in `kind`.
"""

from projects.imports.plans.kind import PlanImport

__all__ = ["PlanImport"]
