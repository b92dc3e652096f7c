"""Files that hold other files or pages: archives, office files, PDF, pictures, OLE files."""
