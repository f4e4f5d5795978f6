"""Tables of an archive: CSV, Parquet, Camtrap DP, those of Raven, Audacity, Kaleidoscope.

All formats are written in one pass over the rows, so memory does not grow with their number. The
same rows give the same bytes.
"""

from soundpost.archive.tables.formats import FORMATS, TABLE_FILES
from soundpost.archive.tables.origin import Origin
from soundpost.archive.tables.write import write_tables

__all__ = ["FORMATS", "TABLE_FILES", "Origin", "write_tables"]
