"""JupyterLab on a case: the analyst's own copies of the notebooks, and a server on loopback that shows them."""
