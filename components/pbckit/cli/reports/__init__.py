"""What reports and the console's pages are made of: tables, charts and one style, as HTML that needs nothing else."""
