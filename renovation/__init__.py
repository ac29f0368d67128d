"""The top floor: settings, addresses, the processes' entrances."""
