"""What every endpoint of the API shares: JSON, pages, problems, throttle."""
