"""Events out of tables: one question, rendered for each engine, run once each, its rows made records again.

::

    name of the source ─→ its table (Glue, or an event data store) ─→ Rendering ──────┐
                                                                                      ├─→ Runs ─→ Engine
    Question ─→ checked ─→ conditions of pruning and of identity ─→ one SELECT each ──┘             │
        ↑                                                                                           │
        └── keys issued in what was found, each in its hours and accounts ←── log files ←── records ┘

``tables`` and ``stores`` are the fetchers; ``ddl`` and ``trails`` make the statement of a trail's table.
"""
