"""The kernels of JupyterLab: reached by socket files, as those of headless runs are."""

from __future__ import annotations

from jupyter_server.services.kernels.kernelmanager import ServerKernelManager

from gdkit.report.kernel import LocalKernelManager


class LabKernelManager(LocalKernelManager, ServerKernelManager):
    """A kernel that JupyterLab starts, stops and restarts, and that no other user of the host can listen to."""
