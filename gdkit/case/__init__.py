"""The case folder: one investigation on disk, with evidence, journal and verdicts.

Notebooks can be closed and kernels can die: everything that was found or decided is here, and the work goes on from it.
"""

from gdkit.case.folder import CaseFolder, open_case, start_case

__all__ = ["CaseFolder", "open_case", "start_case"]
