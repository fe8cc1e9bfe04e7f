"""What a person sees: views, tables, pictures, panels. The only importer of ipywidgets, altair and itables."""
