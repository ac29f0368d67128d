"""Rosters of compounds coming in: cells, places, comparison and writing, put together in `kind`."""
