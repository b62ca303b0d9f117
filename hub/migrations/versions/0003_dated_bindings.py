"""bindings given by people, from one date to another."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

_KEY = ['tenant', 'connection', 'kind', 'code']
_NAMES = {'uq': '%(table_name)s_%(column_0_N_name)s_key'}


def upgrade() -> None:
    with op.batch_alter_table('binding', naming_convention=_NAMES) as table:
        table.add_column(sa.Column('from_date', sa.Date(), nullable=False, server_default='0001-01-01'))
        table.add_column(sa.Column('to_date', sa.Date(), nullable=True))
        table.add_column(sa.Column('given', sa.Boolean(), nullable=False, server_default=sa.false()))
        table.drop_constraint('binding_' + '_'.join(_KEY) + '_key', type_='unique')
        table.create_unique_constraint('binding_dated_key', [*_KEY, 'from_date'])


def downgrade() -> None:
    with op.batch_alter_table('binding', naming_convention=_NAMES) as table:
        table.drop_constraint('binding_dated_key', type_='unique')
        table.create_unique_constraint('binding_' + '_'.join(_KEY) + '_key', _KEY)
        table.drop_column('given')
        table.drop_column('to_date')
        table.drop_column('from_date')
