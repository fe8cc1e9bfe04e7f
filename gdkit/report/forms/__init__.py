"""The report's forms beside the page: for a ticket, for a spreadsheet, for other programs, and for paper.

Each form is a function from ``Reported``, what a case holds, to text or JSON; only ``gdkit.report.write`` writes files.
"""
