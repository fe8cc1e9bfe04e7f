"""Who holds an address: evidence for and against, each with its source and date, and a proposed verdict."""
