"""Pure functions over tables: which session leaked, who made each call, what grew from it.

Nothing here knows AWS's API, a notebook or the disk; everything takes values and gives values.
"""
