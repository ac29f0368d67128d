"""The database backend of the portal; Django finds it by this module's name."""

import select

from django.db.backends.postgresql import base
from psycopg2 import extensions


class DatabaseWrapper(base.DatabaseWrapper):
    """A kept connection is looked at before each request's first statement (`CONN_HEALTH_CHECKS`)."""

    def is_usable(self) -> bool:
        """A server that ended the connection has said so or hung up: either lies in the socket, unread.

        Only then is it asked, and where a transaction is under way, which may have failed. A round trip for every
        request would be a third of those that a resident's choice takes. A server that vanished without a word is
        noticed by neither way before the network gives up.
        """
        if self.connection is None or self.connection.closed:
            return False
        if self.connection.info.transaction_status != extensions.TRANSACTION_STATUS_IDLE:
            return super().is_usable()
        socket = select.poll()
        socket.register(self.connection.fileno(), select.POLLIN | select.POLLPRI)
        return not socket.poll(0) or super().is_usable()
