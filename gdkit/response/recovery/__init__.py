"""Recovery: what must be true before the Deny is lifted, and what stops the next theft; nothing here changes AWS.

::

    checklist ←─ checks, left_behind ←─ look ←─ role_difference ←─ role_now, role_history, role_changes
    ground ─→ prevention ─→ replay ←─ weigh ←─ seen, homes      a policy for this account, tried on its own log
    words                                                      all of it as rows and sentences
"""
