"""Spreadsheets of the programme on their way in: plan tables, projects from before the portal."""
