"""Run by Alembic: the migrations join the transaction of whoever asked for them."""

from alembic import context

from muslin.runtime.storage.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,  # SQLite's tables are made all or none, too
)
with context.begin_transaction():
    context.run_migrations()
