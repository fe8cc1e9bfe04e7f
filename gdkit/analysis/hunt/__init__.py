"""Looks through any log, without a finding, for instance-role sessions that were used off their instance.

GuardDuty is silent when a credential is used from another host of the same account, and it learns repeated use. Here
every session that carries an instance's name is judged by the rules of attribution, and by signs that no single call
shows. What is only possible is told apart from what is likely or proven: a false alarm costs more than an open lead.
"""

from gdkit.analysis.hunt.document import hunt_document
from gdkit.analysis.hunt.judge import Hunt, Suspect, hunt_sessions

__all__ = ["Hunt", "Suspect", "hunt_document", "hunt_sessions"]
