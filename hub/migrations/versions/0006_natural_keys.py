"""days and pairs are known by what they are, and not by a number; indexes that serve what is asked."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

_DAY = ['tenant', 'employee_id', 'work_date']
_PAIR = ['tenant', 'work_date', 'employee_id', 'seq']
_ONE_PAIR = ['tenant', 'employee_id', 'work_date', 'seq']
_NAMES = {'pk': '%(table_name)s_pkey', 'uq': '%(table_name)s_%(column_0_N_name)s_key'}


def upgrade() -> None:
    with op.batch_alter_table('attendanceday', naming_convention=_NAMES) as table:
        table.drop_index('ix_attendanceday_tenant_change')
        table.drop_constraint('attendanceday_' + '_'.join(_DAY) + '_key', type_='unique')
        table.drop_column('id')
        table.create_primary_key('attendanceday_pkey', _DAY)
        table.create_index('ix_attendanceday_tenant_change', ['tenant', 'change', 'employee_id', 'work_date'])
    with op.batch_alter_table('attendancepair', naming_convention=_NAMES) as table:
        table.drop_index('ix_attendancepair_tenant_date')
        table.drop_constraint('attendancepair_' + '_'.join(_ONE_PAIR) + '_key', type_='unique')
        table.drop_column('id')
        table.create_primary_key('attendancepair_pkey', _PAIR)
    op.drop_index('ix_anomaly_tenant_date', 'anomaly')
    op.create_index('ix_anomaly_tenant_date', 'anomaly', ['tenant', 'work_date', 'employee_id'])
    op.drop_index('ix_journalentry_tenant_connection_date', 'journalentry')
    op.create_index('ix_journalentry_tenant_date', 'journalentry', ['tenant', 'work_date'])


def downgrade() -> None:
    op.drop_index('ix_journalentry_tenant_date', 'journalentry')
    op.create_index('ix_journalentry_tenant_connection_date', 'journalentry', ['tenant', 'connection', 'work_date'])
    op.drop_index('ix_anomaly_tenant_date', 'anomaly')
    op.create_index('ix_anomaly_tenant_date', 'anomaly', ['tenant', 'work_date'])
    with op.batch_alter_table('attendanceday', naming_convention=_NAMES) as table:
        table.drop_index('ix_attendanceday_tenant_change')
        table.drop_constraint('attendanceday_pkey', type_='primary')
        table.add_column(_number())
        table.create_primary_key('attendanceday_pkey', ['id'])
        table.create_unique_constraint('attendanceday_' + '_'.join(_DAY) + '_key', _DAY)
        table.create_index('ix_attendanceday_tenant_change', ['tenant', 'change'])
    with op.batch_alter_table('attendancepair', naming_convention=_NAMES) as table:
        table.drop_constraint('attendancepair_pkey', type_='primary')
        table.add_column(_number())
        table.create_primary_key('attendancepair_pkey', ['id'])
        table.create_unique_constraint('attendancepair_' + '_'.join(_ONE_PAIR) + '_key', _ONE_PAIR)
        table.create_index('ix_attendancepair_tenant_date', ['tenant', 'work_date'])


def _number() -> sa.Column[int]:
    return sa.Column('id', sa.Integer(), primary_key=True, autoincrement=True)
