"""What a run has written whose clock was ahead: instants that have not come yet."""

from datetime import datetime

from sqlalchemy import Connection

from minibar_ml.store.queries import query


def rewind(connection: Connection, as_of: datetime) -> None:
    """Take back what such runs did to alerts and messages, as of now; two statements.

    Alerts that the system ended in the future are open again, so that the records of now decide; what it saw then was
    seen now at the latest; messages that wait for a day in the future wait no longer.
    """
    connection.execute(query("clocks.rewind_alerts"), {"as_of": as_of})
    connection.execute(query("clocks.rewind_messages"), {"as_of": as_of})
