"""The demo hotel: a seeded source database with known, labelled faults.

``generate(plan)`` makes the tables, ``write(connection, data, layout, timezone)`` loads them into PostgreSQL. What the
application overwrites as days go by is known for each evening: ``evenings(plan)``, loaded by ``rewrite``.
"""

from minibar_ml.simulate.crew import Crew
from minibar_ml.simulate.hotel import SourceData, evenings, generate
from minibar_ml.simulate.manner import ApplicationManner
from minibar_ml.simulate.plan import FAULT_KINDS, Fault, FaultKind, HotelPlan
from minibar_ml.simulate.writing.layouts import Layout
from minibar_ml.simulate.writing.tables import rewrite, write

__all__ = [
    "FAULT_KINDS",
    "ApplicationManner",
    "Crew",
    "Fault",
    "FaultKind",
    "HotelPlan",
    "Layout",
    "SourceData",
    "evenings",
    "generate",
    "rewrite",
    "write",
]
