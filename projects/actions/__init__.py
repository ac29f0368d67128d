"""Every write to the programme, by what it is about."""
