"""A simulated AWS account over HTTP, on loopback only: for the demo, for training and for tests.

Nothing outside this package imports it but the command line, the exercise (``gdkit.training``) and the tests. It needs
the extra ``sim``.
"""
