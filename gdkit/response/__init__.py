"""The response: steps that contain, keep evidence, eradicate and recover; each previewed, proven, verified, undoable.

::

    step ─→ plan ─→ engine: preview │ apply │ verify │ undo │ settle ─→ record (journal of the case)
    trusted/     the address is one's own: suppression, archive, feedback
    credential/  the leaked credential: Deny, revoke, profile, trust
    grown/       what the thief made with it
    instance/    evidence of the instance, its isolation, its metadata service
"""
