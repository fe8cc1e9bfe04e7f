"""What a person sees: views, tables, pictures, panels. The only importer of ipywidgets, itables and Vega."""
