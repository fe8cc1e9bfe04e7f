"""Running the notebooks headless, and the offline report that is made of them."""
