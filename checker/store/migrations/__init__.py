"""The store's tables, step by step: one module a change under `versions`, run by Alembic."""
