"""Office files: Office Open XML (docx, xlsx, pptx) and OpenDocument (odt, ods, odp)."""
