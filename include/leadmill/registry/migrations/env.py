"""Alembic runs inside the connection and the transaction that `database` opened."""

from alembic import context

from leadmill.registry.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
