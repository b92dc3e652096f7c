"""PDF files (ISO 32000-1): objects, filters, fonts, pages, and what else holds words."""
