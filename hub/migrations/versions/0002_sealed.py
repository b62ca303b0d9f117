"""sealed tokens and secrets, links to connect."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'sealedtoken',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('tenant', sa.String(), nullable=False),
        sa.Column('connection', sa.String(), nullable=False),
        sa.Column('key_id', sa.String(), nullable=False),
        sa.Column('sealed', sa.Text(), nullable=False),
        sa.Column('expires_at', sa.BigInteger(), nullable=False),
        sa.Column('saved_at', sa.BigInteger(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('failure_way', sa.String(), nullable=False),
        sa.Column('failure_message', sa.Text(), nullable=False),
        sa.Column('failure_until', sa.BigInteger(), nullable=True),
        sa.Column('owner', sa.String(), nullable=False),
        sa.Column('owned_until', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('tenant', 'connection'),
    )
    op.create_table(
        'sealedsecret',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('tenant', sa.String(), nullable=False),
        sa.Column('name', sa.String(), nullable=False),
        sa.Column('key_id', sa.String(), nullable=False),
        sa.Column('sealed', sa.Text(), nullable=False),
        sa.Column('saved_at', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('tenant', 'name'),
    )
    op.create_table(
        'connectlink',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('tenant', sa.String(), nullable=False),
        sa.Column('connection', sa.String(), nullable=False),
        sa.Column('sha256', sa.String(), nullable=False),
        sa.Column('state_sha256', sa.String(), nullable=False),
        sa.Column('expires_at', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('sha256'),
    )
    with op.batch_alter_table('connectlink', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_connectlink_state_sha256'), ['state_sha256'], unique=False)


def downgrade() -> None:
    op.drop_table('connectlink')
    op.drop_table('sealedsecret')
    op.drop_table('sealedtoken')
