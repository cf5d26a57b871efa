"""Run by Alembic, over the connection that `checker.store.engine.migrate` hands in."""

from alembic import context

from checker.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
