"""Training: an exercise on a simulated account, with a score at the end.

Values and scoring are pure (``model``, ``catalogue``, ``naming``, ``score``). The simulated account runs in a process
of its own (``world``, with ``truth`` and ``standing``), which ``link`` begins and finds again. ``exercise``, ``course``
and ``ending`` are what lies in the case folder; ``acting`` takes steps for a trainee who plays headless.
"""
