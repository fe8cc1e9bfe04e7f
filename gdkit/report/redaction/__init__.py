"""A report without the names of those whom it is about, for readers outside.

Values are taken out of the data, not of the finished pages: a copy of the case is made in which each has a stand-in,
and the report is made of the copy by the same notebook and the same forms. ``book`` keeps the stand-ins in the case.
"""
