"""SQLAlchemy's dialect. Loaded when SQLAlchemy asks for it, and needs SQLAlchemy."""
