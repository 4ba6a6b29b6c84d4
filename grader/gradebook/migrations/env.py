"""Run by Alembic; `grader.gradebook.store` hands over a connection that is inside a transaction."""

from alembic import context

from grader.gradebook.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
