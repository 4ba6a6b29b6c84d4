"""What the class report needs: the source that was handed in, the footprint of what was wrong, and the worker's seconds."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Bring a gradebook up to this version; what was recorded before has none of it until it is graded again."""
    op.add_column("submissions", sa.Column("body", sa.LargeBinary(1 << 30)))
    op.add_column("results", sa.Column("footprint", sa.LargeBinary(1 << 30)))
    op.add_column("results", sa.Column("wall_s", sa.Float))
